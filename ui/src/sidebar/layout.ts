// Where each heading and each line of the sidebar stands, and where the keys stop. Heights are
// fixed, so that 10,000 threads cost what the headings cost. Of a folded group only its heading is
// seen, and the keys stop there; else they stop at the lines.
import type { SidebarGroup } from '../generated/SidebarGroup';

export type Placed =
  | { kind: 'heading'; group: SidebarGroup; index: number; y: number; stop: number; folded: boolean }
  | { kind: 'row'; index: number; group: number; y: number; stop: number };

type Start = { y: number; row: number; stop: number; folded: boolean; count: number };

export class Layout {
  readonly height: number;
  /** Places where the keys stop. */
  readonly stops: number;
  #starts: Start[] = [];

  constructor(
    readonly groups: SidebarGroup[],
    readonly row: number,
    readonly heading: number,
    isFolded: (group: SidebarGroup) => boolean = () => false,
  ) {
    let y = 0;
    let index = 0;
    let stop = 0;
    for (const group of groups) {
      const folded = isFolded(group);
      this.#starts.push({ y, row: index, stop, folded, count: group.count });
      y += heading + (folded ? 0 : group.count * row);
      index += group.count;
      stop += folded ? 1 : group.count;
    }
    this.height = y;
    this.stops = stop;
  }

  /** Everything that stands between two heights. */
  between(top: number, bottom: number): Placed[] {
    const placed: Placed[] = [];
    for (let g = this.#last((start) => start.y <= top); g < this.groups.length; g++) {
      const group = this.groups[g];
      const start = this.#starts[g];
      if (!group || !start || start.y > bottom) break;
      const { stop, folded } = start;
      if (start.y + this.heading > top) placed.push({ kind: 'heading', group, index: g, y: start.y, stop, folded });
      if (folded) continue;
      const first = Math.max(0, Math.floor((top - start.y - this.heading) / this.row));
      const last = Math.min(group.count - 1, Math.floor((bottom - start.y - this.heading) / this.row));
      for (let i = first; i <= last; i++) {
        placed.push({ kind: 'row', index: start.row + i, group: g, y: start.y + this.heading + i * this.row, stop: stop + i });
      }
    }
    return placed;
  }

  /** Where a line begins; one in a folded group, where its heading does. */
  yOf(index: number) {
    const start = this.#starts[this.groupOf(index)];
    if (!start) return 0;
    return start.folded ? start.y : start.y + this.heading + (index - start.row) * this.row;
  }

  /** Where a stop begins, and how high it is. */
  placeOf(stop: number) {
    const start = this.#starts[this.#last((each) => each.stop <= stop)];
    if (!start) return { y: 0, height: 0 };
    if (start.folded) return { y: start.y, height: this.heading };
    return { y: start.y + this.heading + (stop - start.stop) * this.row, height: this.row };
  }

  /** The stop at a line, or at the heading it is folded under. */
  stopOf(index: number) {
    const start = this.#starts[this.groupOf(index)];
    if (!start) return 0;
    return start.folded ? start.stop : start.stop + index - start.row;
  }

  /** The line at a stop; `null` at the heading of a folded group. */
  rowAt(stop: number) {
    const start = this.#starts[this.#last((each) => each.stop <= stop)];
    return !start || start.folded ? null : start.row + stop - start.stop;
  }

  /** The group that a line stands in. */
  groupOf(index: number) {
    return this.#last((start) => start.row <= index);
  }

  /** The lines of a group: the first, and how many. */
  rowsOf(group: number) {
    const start = this.#starts[group];
    return start ? { first: start.row, count: start.count } : { first: 0, count: 0 };
  }

  /** Where a whole group stands. */
  boxOf(group: number) {
    const start = this.#starts[group];
    if (!start) return { y: 0, height: 0 };
    return { y: start.y, height: this.heading + (start.folded ? 0 : start.count * this.row) };
  }

  /** The lines between two, both included, that can be seen: as first lines and counts. */
  seen(from: number, to: number) {
    const runs: { first: number; count: number }[] = [];
    const [low, high] = from < to ? [from, to] : [to, from];
    for (let g = this.groupOf(low); g < this.groups.length; g++) {
      const start = this.#starts[g];
      if (!start || start.row > high) break;
      if (start.folded) continue;
      const first = Math.max(low, start.row);
      runs.push({ first, count: Math.min(high, start.row + start.count - 1) - first + 1 });
    }
    return runs;
  }

  /** The last group for which this holds; it holds for all before it. */
  #last(holds: (start: Start) => boolean) {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const start = this.#starts[middle];
      if (start && holds(start)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
