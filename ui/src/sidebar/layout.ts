// Where each heading and each line of the sidebar stands. Heights are fixed, so that 10,000
// threads cost what the headings cost.
import type { SidebarGroup } from '../generated/SidebarGroup';

export type Placed = { kind: 'heading'; group: SidebarGroup; index: number; y: number } | { kind: 'row'; index: number; y: number };

export class Layout {
  readonly height: number;
  #starts: { y: number; row: number }[] = [];

  constructor(
    readonly groups: SidebarGroup[],
    readonly row: number,
    readonly heading: number,
  ) {
    let y = 0;
    let index = 0;
    for (const group of groups) {
      this.#starts.push({ y, row: index });
      y += heading + group.count * row;
      index += group.count;
    }
    this.height = y;
  }

  /** Everything that stands between two heights. */
  between(top: number, bottom: number): Placed[] {
    const placed: Placed[] = [];
    for (let g = this.#groupAt(top); g < this.groups.length; g++) {
      const group = this.groups[g];
      const start = this.#starts[g];
      if (!group || !start || start.y > bottom) break;
      if (start.y + this.heading > top) placed.push({ kind: 'heading', group, index: g, y: start.y });
      const first = Math.max(0, Math.floor((top - start.y - this.heading) / this.row));
      const last = Math.min(group.count - 1, Math.floor((bottom - start.y - this.heading) / this.row));
      for (let i = first; i <= last; i++) {
        placed.push({ kind: 'row', index: start.row + i, y: start.y + this.heading + i * this.row });
      }
    }
    return placed;
  }

  /** Where a line begins. */
  yOf(index: number) {
    const g = this.#last((start) => start.row <= index);
    const start = this.#starts[g];
    return start ? start.y + this.heading + (index - start.row) * this.row : 0;
  }

  #groupAt(y: number) {
    return this.#last((start) => start.y <= y);
  }

  /** The last group for which this holds; it holds for all before it. */
  #last(holds: (start: { y: number; row: number }) => boolean) {
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
