// Dragging threads onto a group of the list, which gives them its value. With the pointer alone:
// the keys have the menu for it.
import type { Chosen } from '../generated/Chosen';
import type { SidebarRow } from '../generated/SidebarRow';
import { bulk } from './bulk.svelte';
import { selection } from './selection.svelte';
import { settings } from './settings.svelte';
import { sidebar } from './sidebar.svelte';

/** Pixels that a press may wander and still be a click. */
const WANDER = 6;

type Dragged = { chosen: Chosen; n: number; title: string | null };

class Drag {
  /** What is being dragged. */
  what = $state.raw<Dragged | null>(null);
  x = $state(0);
  y = $state(0);
  /** The group under the pointer, where it can take what is dragged. */
  group = $state<number | null>(null);
  /** Whether the click that ends the press belongs to a drag. */
  ended = false;

  /** A press on a line: the beginning of a click or of a drag. */
  press(event: PointerEvent, row: SidebarRow) {
    this.ended = false;
    if (event.button !== 0 || event.pointerType === 'touch' || row.deletedAt !== null) return;
    const from = { x: event.clientX, y: event.clientY };
    const stop = new AbortController();
    const listen = { signal: stop.signal, capture: true };
    const end = () => {
      stop.abort();
      this.what = null;
      this.group = null;
    };
    const move = (moved: PointerEvent) => {
      if (this.what === null && Math.hypot(moved.clientX - from.x, moved.clientY - from.y) < WANDER) return;
      moved.preventDefault();
      this.what ??= this.#take(row);
      this.#over(moved.clientX, moved.clientY);
    };
    const drop = () => {
      const { what, group } = this;
      this.ended = what !== null;
      end();
      if (what !== null && group !== null) this.#drop(what.chosen, group);
    };
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== 'Escape' || this.what === null) return;
      pressed.preventDefault();
      pressed.stopPropagation();
      this.ended = true;
      end();
    };
    window.addEventListener('pointermove', move, listen);
    window.addEventListener('pointerup', drop, listen);
    window.addEventListener('pointercancel', end, listen);
    window.addEventListener('blur', end, listen);
    window.addEventListener('keydown', key, listen);
  }

  #take(row: SidebarRow): Dragged {
    const many = selection.has(row.id) && selection.count > 1;
    if (many) return { chosen: selection.chosen, n: selection.count, title: null };
    return { chosen: { kind: 'these', ids: [row.id] }, n: 1, title: row.title };
  }

  #over(x: number, y: number) {
    this.x = x;
    this.y = y;
    const under = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-in-group]');
    const group = under ? Number(under.dataset['inGroup']) : null;
    this.group = group !== null && this.#takes(group) ? group : null;
  }

  #takes(group: number) {
    return sidebar.groups[group]?.pinned === true || settings.all.groupBy !== null;
  }

  #drop(chosen: Chosen, at: number) {
    const group = sidebar.groups[at];
    const key = settings.all.groupBy;
    if (group?.pinned) void bulk.pin(chosen, true);
    else if (group && key !== null) void bulk.set(chosen, key, group.name);
  }
}

export const drag = new Drag();
