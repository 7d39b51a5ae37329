// Where a menu opens.
import { pressed } from '../commands/place';
import { inList } from '../commands/places/list';
import type { At, Item } from '../state/menu.svelte';

export type { At, Item };

/** Just under a button, or above it where there is more room. */
export function under(button: HTMLElement): At {
  const box = button.getBoundingClientRect();
  const up = box.bottom > window.innerHeight * 0.6;
  return { x: box.left, y: up ? box.top - 4 : box.bottom + 4, up };
}

type On<E> = E & { currentTarget: HTMLElement };

/** Where the menu of what was pressed opens: at the pointer, or under it if a key asked, which has no place. */
export function askedAt(event: On<MouseEvent>): At {
  event.preventDefault();
  return event.clientX === 0 && event.clientY === 0 ? under(event.currentTarget) : { x: event.clientX, y: event.clientY };
}

/** Likewise for the keys that ask for a menu; `null` for all others. */
export function askedByKey(event: On<KeyboardEvent>): At | null {
  if (!pressed(event, inList.keys.menu)) return null;
  event.preventDefault();
  return under(event.currentTarget);
}
