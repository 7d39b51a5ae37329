// What is searched for, and what was found so far.
import type { SearchHit } from '../generated/SearchHit';
import { threads } from '../ipc';
import { failures } from './failures.svelte';

const PAUSE = 120;

class Search {
  query = $state('');
  hits = $state.raw<SearchHit[]>([]);
  /** The query that `hits` answers; `null` until one was answered. */
  answered = $state<string | null>(null);
  #next = $state.raw<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;
  active = $derived(this.query.trim() !== '');

  get hasMore() {
    return this.#next !== null;
  }

  type(query: string) {
    this.query = query;
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    if (!this.active) return this.#clear();
    this.#timer = setTimeout(() => void this.#run(turn), PAUSE);
  }

  stop() {
    this.type('');
  }

  async more() {
    if (this.#next !== null) await this.#run(this.#turn, this.#next);
  }

  async #run(turn: number, after: string | null = null) {
    const query = this.query.trim();
    this.#next = null;
    const page = await failures.attempt('sidebar', () => threads.search(query, after));
    if (page === null || turn !== this.#turn) return;
    this.hits = after === null ? page.hits : [...this.hits, ...page.hits];
    this.#next = page.next;
    this.answered = query;
  }

  #clear() {
    this.hits = [];
    this.answered = null;
    this.#next = null;
  }
}

export const search = new Search();
