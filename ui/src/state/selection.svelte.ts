// Which threads of the list are chosen: some by their ids, or all that is listed but for some.
import { SvelteSet } from 'svelte/reactivity';
import type { Chosen } from '../generated/Chosen';
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { sidebar } from './sidebar.svelte';

type Run = { first: number; count: number };

class Selection {
  /** Everything that is listed is chosen, but for `ids`. */
  all = $state(false);
  /** The line from which a stretch is chosen. */
  anchor = 0;
  #ids = new SvelteSet<string>();
  #turn = 0;
  count = $derived(this.all ? Math.max(0, sidebar.total - this.#ids.size) : this.#ids.size);

  has(id: string) {
    return this.all !== this.#ids.has(id);
  }

  toggle(id: string) {
    this.#turn += 1;
    if (!this.#ids.delete(id)) this.#ids.add(id);
  }

  chooseAll() {
    this.#turn += 1;
    this.#ids.clear();
    this.all = sidebar.total > 0;
  }

  clear() {
    this.#turn += 1;
    this.#ids.clear();
    this.all = false;
  }

  /** Chooses stretches of lines; `more` adds them to what is chosen. */
  async choose(runs: Run[], more = false): Promise<void> {
    const turn = ++this.#turn;
    const ids = await failures.attempt('choosing', () => Promise.all(runs.map((run) => this.#idsOf(run))), () => this.choose(runs, more));
    if (ids === null || turn !== this.#turn) return;
    if (!more || this.all) {
      this.all = false;
      this.#ids.clear();
    }
    for (const id of ids.flat()) this.#ids.add(id);
  }

  /** What is chosen, for the program, which is not told thousands of ids where it knows them. */
  get chosen(): Chosen {
    const ids = [...this.#ids];
    return this.all ? { kind: 'listed', listing: sidebar.listing, except: ids } : { kind: 'these', ids };
  }

  /** The ids of what is chosen; `again` is what asked for them. */
  async ids(again: () => unknown) {
    if (!this.all) return [...this.#ids];
    const listed = await failures.attempt('choosing', () => threads.sidebarIds(sidebar.listing, 0, sidebar.total), again);
    return (listed ?? []).filter((id) => !this.#ids.has(id));
  }

  /** Those in sight are known here; the others are asked for. */
  async #idsOf({ first, count }: Run) {
    const rows = Array.from({ length: count }, (_, i) => sidebar.row(first + i)?.id);
    if (rows.every((id) => id !== undefined)) return rows;
    return threads.sidebarIds(sidebar.listing, first, count);
  }
}

export const selection = new Selection();
