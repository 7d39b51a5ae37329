// Finding within the thread on show: which of its messages match, and which of them is looked at.
import type { SearchTerm } from '../generated/SearchTerm';
import type { ThreadHit } from '../generated/ThreadHit';
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';

class Find {
  /** The thread that is searched; `null` while none is. */
  thread = $state<string | null>(null);
  query = $state('');
  hits = $state.raw<ThreadHit[]>([]);
  terms = $state.raw<SearchTerm[]>([]);
  /** Messages of other versions that match. */
  elsewhere = $state(0);
  /** The hit that is looked at, from 0. */
  at = $state(0);
  answered = $state(false);
  /** Whether the results of the search wait behind. */
  fromResults = $state(false);
  /** Grows when the field is to have the focus. */
  focusWanted = $state(0);
  #turn = 0;
  open = $derived(this.thread !== null && this.thread === pane.id);
  /** The message that is looked at. */
  current = $derived(this.hits[this.at]?.messageId ?? null);

  /** Searches a thread that is open already, or just being opened around a message. */
  async begin(thread: string, query: string, messageId: string | null = null, fromResults = false) {
    this.thread = thread;
    this.fromResults = fromResults;
    this.query = query;
    await this.#run((hits) => Math.max(0, hits.findIndex((hit) => hit.messageId === messageId)));
  }

  /** Opens the bar over the thread on show; what was sought there last is sought again. */
  show() {
    const { id } = pane;
    if (id === null) return;
    this.focusWanted += 1;
    if (!this.open) void this.begin(id, this.query);
  }

  async type(query: string) {
    this.query = query;
    if (await this.#run((hits) => this.#nearest(hits))) this.#go();
  }

  /** Looks again: the thread has other messages now. */
  async refresh() {
    const { current } = this;
    await this.#run((hits) => Math.max(0, hits.findIndex((hit) => hit.messageId === current)));
  }

  step(by: 1 | -1) {
    if (this.hits.length === 0) return;
    this.at = (this.at + by + this.hits.length) % this.hits.length;
    this.#go();
  }

  close() {
    this.#turn += 1;
    this.thread = null;
    this.hits = [];
    this.terms = [];
    this.fromResults = false;
    failures.clear('find');
  }

  async #run(choose: (hits: ThreadHit[]) => number) {
    const { thread } = this;
    const turn = ++this.#turn;
    if (thread === null) return false;
    const found = await failures.attempt('find', () => threads.searchThread(thread, this.query), () => this.refresh());
    if (found === null || turn !== this.#turn) return false;
    this.at = choose(found.hits);
    this.hits = found.hits;
    this.terms = found.terms;
    this.elsewhere = found.elsewhere;
    this.answered = this.query.trim() !== '';
    return true;
  }

  /** The hit at or after the one that was looked at. */
  #nearest(hits: ThreadHit[]) {
    const now = this.hits[this.at]?.position ?? 0;
    return Math.max(0, hits.findIndex((hit) => hit.position >= now));
  }

  #go() {
    const hit = this.hits[this.at];
    if (hit) pane.jumpWanted = hit.position;
  }
}

export const find = new Find();
