// Walking through the messages by keyboard: J and K go from one to the next, arrows too once a
// message has the focus, and scroll first where it is longer than the view.
import { pressed } from '../commands/place';
import { onMessage } from '../commands/places/messages';
import { composing } from '../parts/composing';

const MOVES: Record<string, -1 | 1> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Where a key leads, as a place from 1; `null` where it means nothing here. */
export function destination(event: KeyboardEvent, box: HTMLElement, length: number): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || composing(event) || length === 0) return null;
  const { target } = event;
  if (!(target instanceof HTMLElement) || target.closest('textarea, input, select, [role=menu]')) return null;
  const message = target.closest<HTMLElement>('.message');
  const onMessage = message !== null && target === message;
  const arrow = event.key.startsWith('Arrow');
  const by = MOVES[event.key];
  if (by === undefined) {
    if (!onMessage) return null;
    return event.key === 'Home' ? 1 : event.key === 'End' ? length : null;
  }
  // In code and in what is pressed, arrows keep their meaning.
  if (arrow && (!onMessage || reachesBeyond(message, box, by))) return null;
  return neighbour(target, box, by, length);
}

/** The message after or before the one that a node is in; from elsewhere, the first in sight. */
export function neighbour(from: Element | null, box: HTMLElement, by: -1 | 1, length: number) {
  const now = box.contains(from) ? placeOf(from) : null;
  return Math.min(length, Math.max(1, now === null ? (firstSeen(box, by) ?? length) : now + by));
}

export function placeOf(node: Element | null): number | null {
  const place = Number(node?.closest<HTMLElement>('[data-position]')?.dataset['position'] ?? 0);
  return place > 0 ? place : null;
}

/** The message itself has the focus, and a key asks what can be done with it. */
export function asksForMenu(event: KeyboardEvent, message: HTMLElement | null) {
  if (event.target !== message) return false;
  return pressed(event, onMessage.keys.menu);
}

function reachesBeyond(message: HTMLElement, box: HTMLElement, by: -1 | 1) {
  const [own, view] = [message.getBoundingClientRect(), box.getBoundingClientRect()];
  return by > 0 ? own.bottom > view.bottom + 24 : own.top < view.top - 4;
}

/** The first message in sight, or the last when going up. */
function firstSeen(box: HTMLElement, by: -1 | 1): number | null {
  const view = box.getBoundingClientRect();
  const seen = [...box.querySelectorAll<HTMLElement>('[data-position]')].filter((each) => {
    const own = each.getBoundingClientRect();
    return own.bottom > view.top + 8 && own.top < view.bottom - 8;
  });
  return placeOf((by > 0 ? seen[0] : seen.at(-1)) ?? null);
}
