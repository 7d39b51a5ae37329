// The command palette: what was typed, the titles it is compared with, and what was used last.
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { settings } from './settings.svelte';
import { EVERYTHING } from './sidebar.svelte';
import { titled, type Titled } from './titles';

const PAGE = 1000;
/** Titles that are looked through; the search finds the rest. */
const MOST = 20_000;
const REMEMBERED = 6;

class Palette {
  titles = $state.raw<Titled[]>([]);
  /** Whether every title that will be is there. */
  complete = $state(false);
  #turn = 0;

  /** Fetches titles, the newest threads first, a page at a time so that the first are there at once. */
  async open(): Promise<void> {
    const turn = ++this.#turn;
    this.titles = [];
    this.complete = false;
    for (let offset = 0; offset < MOST; offset += PAGE) {
      const page = await failures.attempt('palette', () => threads.sidebar(EVERYTHING, offset, PAGE), () => this.open());
      if (turn !== this.#turn) return;
      if (page === null) break;
      this.titles = [...this.titles, ...page.rows.map(titled)];
      if (this.titles.length >= page.total) break;
    }
    this.complete = true;
  }

  /** Lets go of the titles: there may be many, and they grow old. */
  close() {
    this.#turn += 1;
    this.titles = [];
  }

  /** Remembers a command as used. */
  used(id: string) {
    const recentCommands = [id, ...settings.all.recentCommands.filter((each) => each !== id)].slice(0, REMEMBERED);
    void settings.change({ recentCommands });
  }
}

export const palette = new Palette();
