// The keys that work everywhere in the window.
import { stop } from './state/actions';
import { dialogs } from './state/dialogs.svelte';
import { layout } from './state/layout.svelte';
import { pane } from './state/pane.svelte';
import { renaming } from './state/renaming.svelte';
import { sidebar } from './state/sidebar.svelte';
import { temporary } from './state/temporary.svelte';

type Doors = { open: (id: string) => void; fresh: () => void; begin: () => void };

/** What a key means, or nothing. Dialogs and menus take their own keys before this is asked. */
export function meaning(event: KeyboardEvent, doors: Doors): (() => void) | null {
  if (event.isComposing || event.defaultPrevented || dialogs.open !== null) return null;
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && !event.shiftKey) return withCommand(event.key, doors);
  if (command && event.shiftKey && !event.altKey && event.key.toLowerCase() === 'n') return doors.begin;
  if (event.key === 'F2' && pane.thread?.state === 'open') {
    const { id } = pane.thread;
    return () => (renaming.wanted = id);
  }
  if (event.key === 'Escape') return escape();
  if (event.key === '?' && !isField(event.target)) return () => dialogs.show({ kind: 'shortcuts' });
  return null;
}

function withCommand(key: string, doors: Doors): (() => void) | null {
  switch (key) {
    case 'n':
      return doors.fresh;
    case 'f':
      return toSearch;
    case 'i':
      return temporary.chat === null ? () => layout.toggleInspector() : null;
    case ',':
      return () => dialogs.settings('endpoints');
    case 'ArrowUp':
      return () => walk(-1, doors);
    case 'ArrowDown':
      return () => walk(1, doors);
    default:
      return null;
  }
}

function escape(): (() => void) | null {
  if (dialogs.drawer !== null) return () => (dialogs.drawer = null);
  const { chat } = temporary;
  if (chat !== null) return chat.stream === null ? null : () => chat.stop();
  if (pane.stream !== null) return stop;
  return null;
}

function toSearch() {
  if (layout.narrow) dialogs.drawer = 'sidebar';
  requestAnimationFrame(() => {
    const field = document.getElementById('search');
    if (!(field instanceof HTMLInputElement)) return;
    field.focus();
    field.select();
  });
}

/** To the thread above or below in the list. */
function walk(by: 1 | -1, doors: Doors) {
  const now = pane.id === null ? -1 : sidebar.placeOf(pane.id);
  const next = sidebar.row(Math.max(0, now + by));
  if (next && next.id !== pane.id) doors.open(next.id);
}

function isField(target: EventTarget | null) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
