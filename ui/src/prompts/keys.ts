// The keys of the list of prompts, wherever what narrows it is typed.
import { composing } from '../parts/composing';
import type { Choosing } from '../state/choosing.svelte';

/** Whether the key was for the list. */
export function chooserKey(event: KeyboardEvent, choosing: Choosing): boolean {
  if (composing(event)) return false;
  const bare = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
  const acts: Record<string, () => void> = {
    ArrowDown: () => choosing.move(1),
    ArrowUp: () => choosing.move(-1),
    Enter: () => choosing.take(),
    Escape: () => choosing.close(),
  };
  // Tab takes the marked one only where it would not leave a field of the list's own.
  if (choosing.slash) acts['Tab'] = () => choosing.take();
  const act = bare ? acts[event.key] : undefined;
  if (!act) return false;
  event.preventDefault();
  event.stopPropagation();
  act();
  return true;
}
