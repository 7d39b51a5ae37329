// The search as a place: what is asked, what was found so far, and where the reader was in it.
import type { SearchHit } from '../generated/SearchHit';
import { threads } from '../ipc';
import { dialogs } from './dialogs.svelte';
import { failures } from './failures.svelte';
import { find } from './find.svelte';
import { pane } from './pane.svelte';
import { values } from './values.svelte';

const PAUSE = 120;

/** The hits of one thread, in the order in which they were found. */
export type Found = { thread: SearchHit; hits: SearchHit[] };

class Search {
  /** Whether the middle of the window shows the search. */
  shown = $state(false);
  query = $state('');
  hits = $state.raw<SearchHit[]>([]);
  /** The query that `hits` answers; `null` until one was answered. */
  answered = $state<string | null>(null);
  /** The hit that has the focus, or had it when the search was left. */
  at = $state<string | null>(null);
  /** How far the results were scrolled when the search was left. */
  scrolled = 0;
  /** Grows when the field is to have the focus. */
  focusWanted = $state(0);
  #next = $state.raw<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  active = $derived(this.query.trim() !== '');
  found = $derived.by(() => {
    const byThread = new Map<string, Found>();
    for (const hit of this.hits) {
      const known = byThread.get(hit.threadId);
      if (known) known.hits.push(hit);
      else byThread.set(hit.threadId, { thread: hit, hits: [hit] });
    }
    return [...byThread.values()];
  });

  get hasMore() {
    return this.#next !== null;
  }

  /** Shows the search, with other words where some are given. */
  show(query: string | null = null) {
    dialogs.drawer = null;
    this.shown = true;
    this.focusWanted += 1;
    void values.loadClients('search:clients');
    if (query !== null && query !== this.query) this.#ask(query, 0);
  }

  /** Shows the search for words, also for those of before: there may be other messages by now. */
  anew(query: string) {
    this.show();
    this.#ask(query, 0);
  }

  /** Back to the thread. What was found stays. */
  leave() {
    this.shown = false;
  }

  /** Back from a thread to where the reader was in the results. */
  back() {
    dialogs.drawer = null;
    this.shown = true;
  }

  type(query: string) {
    this.#ask(query, PAUSE);
  }

  stop() {
    this.#ask('', 0);
  }

  again() {
    this.#ask(this.query, 0);
  }

  /** Opens a message that was found; the matches of its thread can be walked through from there. */
  open(hit: SearchHit) {
    this.at = hit.messageId;
    void pane.open(hit.threadId, hit.messageId);
    this.shown = false;
    void find.begin(hit.threadId, this.query, hit.messageId, true);
  }

  async more() {
    if (this.#next !== null) await this.#run(this.#turn, this.#next);
  }

  #ask(query: string, pause: number) {
    this.query = query;
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    if (!this.active) return this.#clear();
    this.#timer = setTimeout(() => void this.#run(turn), pause);
  }

  async #run(turn: number, after: string | null = null) {
    const query = this.query.trim();
    this.#next = null;
    const page = await failures.attempt('search', () => threads.search(query, after), () => (after === null ? this.again() : this.#again(turn, after)));
    if (page === null || turn !== this.#turn) return;
    this.hits = after === null ? page.hits : [...this.hits, ...page.hits];
    this.#next = page.next;
    this.answered = query;
    if (after === null) {
      this.at = null;
      this.scrolled = 0;
    }
  }

  /** Asks for the same page again, if nothing else was asked meanwhile. */
  async #again(turn: number, after: string) {
    if (turn === this.#turn) await this.#run(turn, after);
  }

  #clear() {
    this.hits = [];
    this.answered = null;
    this.at = null;
    this.#next = null;
    failures.clear('search');
  }
}

export const search = new Search();
