// What the keys do in the list of threads: walking over lines and folded headings, choosing, acting.
import { pressed } from '../commands/place';
import { inList } from '../commands/places/list';
import { remove } from '../state/actions';
import { bulk } from '../state/bulk.svelte';
import { renaming } from '../state/renaming.svelte';
import { selection } from '../state/selection.svelte';
import { sidebar } from '../state/sidebar.svelte';
import type { Layout } from './layout';

export type List = {
  layout: Layout;
  /** Stops on a screen. */
  page: number;
  /** To a stop, with the focus. */
  walk: (stop: number) => void;
  /** To the heading of a group, with the focus. */
  toHeading: (group: number) => void;
  open: (id: string) => void;
};

/** Does what a key means in the list; false if it means nothing there. */
export function act(event: KeyboardEvent, list: List): boolean {
  const place = event.target instanceof HTMLElement ? event.target.dataset : {};
  if (place['stop'] === undefined || event.altKey) return false;
  const stop = Number(place['stop']);
  const command = event.ctrlKey || event.metaKey;
  if (command) return held(event, stop, list);
  if (event.key in moves) return move(event, moves[event.key]!(stop, list, place['heading'] !== undefined), stop, list);
  return place['heading'] === undefined ? atRow(event.key, stop, list) : atHeading(event.key, Number(place['heading']), list);
}

const moves: Record<string, (stop: number, list: List, heading: boolean) => number> = {
  // An open group's heading stands just before its first stop.
  ArrowDown: (stop, { layout }, heading) => (heading && layout.rowAt(stop) !== null ? stop : stop + 1),
  ArrowUp: (stop) => stop - 1,
  PageDown: (stop, { page }) => stop + page,
  PageUp: (stop, { page }) => stop - page,
  Home: () => 0,
  End: (_, { layout }) => layout.stops - 1,
};

function move(event: KeyboardEvent, wanted: number, from: number, { layout, walk }: List) {
  const to = Math.max(0, Math.min(wanted, layout.stops - 1));
  const [began, row] = [layout.rowAt(from), layout.rowAt(to)];
  if (!event.shiftKey) selection.anchor = row ?? selection.anchor;
  else {
    if (selection.count === 0 && began !== null) selection.anchor = began;
    if (row !== null) void selection.choose(layout.seen(selection.anchor, row));
  }
  walk(to);
  return true;
}

function held(event: KeyboardEvent, stop: number, { layout }: List) {
  const row = layout.rowAt(stop);
  const id = row === null ? undefined : sidebar.row(row)?.id;
  if (pressed(event, inList.keys.all)) selection.chooseAll();
  else if (pressed(event, inList.keys.choose) && id !== undefined) selection.toggle(id);
  else return false;
  selection.anchor = row ?? selection.anchor;
  return true;
}

function atRow(key: string, stop: number, { layout, toHeading, open }: List) {
  const index = layout.rowAt(stop);
  const row = index === null ? null : sidebar.row(index);
  if (index === null || row === null) return false;
  if (key === 'ArrowLeft') toHeading(layout.groupOf(index));
  else if (key === 'Escape' && selection.count > 0) selection.clear();
  else if (key === 'F2' && row.state === 'open' && row.deletedAt === null) {
    open(row.id);
    renaming.wanted = row.id;
  } else if (key === 'Delete' && selection.count > 0) void bulk.remove(selection.chosen);
  else if (key === 'Delete' && row.deletedAt === null) void remove(row);
  else return false;
  return true;
}

function atHeading(key: string, group: number, { layout, walk }: List) {
  const found = sidebar.groups[group];
  if (!found) return false;
  const folded = sidebar.folded(found);
  const { first } = layout.rowsOf(group);
  if (key === 'ArrowLeft' && !folded) sidebar.fold([found], true);
  else if (key === 'ArrowRight' && folded) sidebar.fold([found], false);
  else if (key === 'ArrowRight') walk(layout.stopOf(first));
  else if (key === 'Escape' && selection.count > 0) selection.clear();
  else return false;
  return true;
}
