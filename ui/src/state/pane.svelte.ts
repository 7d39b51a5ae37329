// The thread on show: its facts, the messages of its path that have been fetched, its history.
import { SvelteMap } from 'svelte/reactivity';
import type { Entry } from '../generated/Entry';
import type { FailedView } from '../generated/FailedView';
import type { MessageView } from '../generated/MessageView';
import type { Response } from '../generated/Response';
import type { Thread } from '../generated/Thread';
import type { ThreadView } from '../generated/ThreadView';
import type { Usage } from '../generated/Usage';
import { threads } from '../ipc';
import { composer } from './composer.svelte';
import { failures } from './failures.svelte';
import { folds } from './folds.svelte';
import { streams } from './streams.svelte';

/** Whether two views would be painted alike. */
const same = (a: MessageView | undefined, b: MessageView) =>
  a !== undefined && a.message.id === b.message.id && a.html === b.html && a.cost?.amount === b.cost?.amount &&
  JSON.stringify(a.message) === JSON.stringify(b.message);

const FETCH = 40;
/** How far ahead of a reader who scrolls messages are fetched: at a screen a frame they are there in time. */
const AHEAD = 80;
const KEEP = 800;

class Pane {
  /** The thread's id; `null` for a new thread that nothing was sent to yet. */
  id = $state<string | null>(null);
  /** Grows with each opening, so that the list of messages starts anew. */
  opening = $state(0);
  thread = $state.raw<Thread | null>(null);
  length = $state(0);
  /** The last response, if it ended without a text. */
  failed = $state.raw<FailedView | null>(null);
  usage = $state.raw<Usage | null>(null);
  history = $state.raw<Entry[]>([]);
  /** Told when another thread, or a new one, is about to be shown. */
  onLeave: () => void = () => {};
  /** The message to bring into view, where one was asked for. */
  target = $state.raw<{ position: number; messageId: string } | null>(null);
  /** Grows when the end is to be shown, whatever the reader was looking at. */
  endWanted = $state(0);
  /** A place of the path to go to. */
  jumpWanted = $state<number | null>(null);
  /** The message after or before the one that has the focus is to get it. */
  stepWanted = $state<1 | -1 | null>(null);
  /** The place of the message that has the focus, or had it before a dialog opened. */
  focused = $state<number | null>(null);
  stream = $derived(streams.of(this.id));
  canWrite = $derived(this.id === null || (this.thread?.state === 'open' && !this.thread.deletedAt));
  #views = new SvelteMap<number, MessageView>();
  #pending = new Set<number>();
  /** Where the places began that were last needed; 0 before any were. */
  #looked = 0;
  #turn = 0;

  /** Grows whenever one goes elsewhere. */
  get place() {
    return this.#turn;
  }

  view(position: number) {
    return this.#views.get(position) ?? null;
  }

  /** A message of the path that is loaded, by its id. */
  byId(id: string) {
    return [...this.#views.values()].find((view) => view.message.id === id) ?? null;
  }

  get last() {
    return this.view(this.length);
  }

  /** How many messages of the path were fetched. */
  get loaded() {
    return this.#views.size;
  }

  /** Those of them that have more than one version, the latest first. */
  get versioned() {
    return [...this.#views.values()].filter((view) => view.message.versions.length > 1).sort((a, b) => b.position - a.position);
  }

  /** The message that a command is about: the one with the focus, or else the last. */
  get atHand() {
    return this.focused === null ? this.last : this.view(this.focused);
  }

  /** Opens a thread at its end, or around a message. */
  async open(id: string, around: string | null = null) {
    const turn = ++this.#turn;
    this.onLeave();
    await composer.leave();
    if (turn !== this.#turn) return;
    failures.leaveThread(this.id);
    try {
      const view = await threads.open(id, around);
      if (turn !== this.#turn) return;
      if (id !== this.id) this.history = [];
      this.id = id;
      this.history = [];
      this.#views.clear();
      this.#pending.clear();
      this.#looked = 0;
      folds.clear();
      this.focused = null;
      const found = view.messages.find((each) => each.message.id === around);
      this.target = found ? { position: found.position, messageId: found.message.id } : null;
      this.#apply(view);
      this.opening += 1;
      // Whoever was led to a message is to see all of it.
      if (found && found.folded !== null) void folds.open(id, found);
      composer.enter(id, view.draft);
      void this.#loadHistory();
    } catch (refusal) {
      if (turn !== this.#turn) return;
      this.#empty(id);
      failures.put('thread', refusal, () => this.open(id, around));
    }
  }

  /** Makes room for a new thread; it comes to be with the first message sent. */
  async fresh() {
    const turn = ++this.#turn;
    this.onLeave();
    await composer.leave();
    failures.leaveThread(this.id);
    const draft = (await failures.attempt('composer:draft', () => threads.draft(null), () => this.fresh())) ?? { text: '', system: null, model: null };
    if (turn !== this.#turn) return;
    this.#empty(null);
    composer.enter(null, draft);
  }

  /** Fetches the thread again if it has changed, whoever changed it. */
  async refresh() {
    const id = this.id;
    if (id === null) return;
    const turn = this.#turn;
    try {
      const view = await threads.open(id);
      await this.#unfoldArrived(id, view);
      if (turn === this.#turn && this.id === id) this.take(view);
    } catch (refusal) {
      if (turn === this.#turn && this.id === id) failures.put('thread', refusal, () => this.refresh());
    }
  }

  /** A reply that was seen arriving does not fold under the eyes of its reader. */
  async #unfoldArrived(id: string, view: ThreadView) {
    const last = view.messages.at(-1);
    const arrived = streams.of(id)?.response.id;
    if (last && last.folded !== null && view.streaming === null && last.message.responseId === arrived) await folds.open(id, last);
  }

  /** Shows what the store says now. */
  take(view: ThreadView) {
    if (view.thread.id !== this.id) return;
    const grown = view.thread.revision !== this.thread?.revision;
    failures.clear('thread');
    this.#apply(view);
    if (grown) void this.#loadHistory();
  }

  /** A response was accepted: its inputs are stored and stand at the end. Whoever went elsewhere since stays there. */
  async accepted(response: Response, place: number) {
    if (response.thread === null) return;
    streams.start(response.thread, response);
    if (this.id === response.thread) await this.refresh();
    else if (place === this.#turn) await this.open(response.thread);
    else return;
    this.endWanted += 1;
  }

  /** Sees to it that these places of the path are loaded, or on their way, and some that lie ahead of them. */
  need(first: number, last: number) {
    const way = this.#looked === 0 ? 0 : Math.sign(first - this.#looked);
    this.#looked = first;
    // What lies ahead is fetched in large pieces: once half of the way ahead is missing, all of it is.
    if (this.#lacks(way < 0 ? first - AHEAD / 2 : first, way > 0 ? last + AHEAD / 2 : last)) {
      this.#fetch(way < 0 ? first - AHEAD : first, way > 0 ? last + AHEAD : last);
    }
    if (this.#views.size > KEEP) this.#trim(first - KEEP / 4, last + KEEP / 4);
  }

  #isMissing(at: number) {
    return at >= 1 && at <= this.length && !this.#views.has(at) && !this.#pending.has(at);
  }

  #lacks(first: number, last: number) {
    for (let at = first; at <= last; at++) if (this.#isMissing(at)) return true;
    return false;
  }

  #fetch(first: number, last: number) {
    let from = 0;
    for (let at = first; at <= last + 1; at++) {
      const missing = at <= last && this.#isMissing(at);
      if (missing && from === 0) from = at;
      if (from !== 0 && (!missing || at - from >= FETCH)) {
        void this.#load(from, at - 1);
        from = missing ? at : 0;
      }
    }
  }

  /** Fetches what is loaded again: something about the messages has changed that is none of theirs. */
  async fetchAgain() {
    const loaded = [...this.#views.keys()].sort((a, b) => a - b);
    const loads: Promise<void>[] = [];
    for (let from = 0; from < loaded.length; ) {
      let to = from;
      while (to - from < FETCH && loaded[to + 1] === loaded[to]! + 1) to += 1;
      loads.push(this.#load(loaded[from]!, loaded[to]!));
      from = to + 1;
    }
    await Promise.all(loads);
  }

  async #load(from: number, to: number) {
    const id = this.id;
    const turn = this.#turn;
    if (id === null) return;
    for (let at = from; at <= to; at++) this.#pending.add(at);
    const views = await failures.attempt(`messages:${from}`, () => threads.messageViews(id, from, to), () => this.#load(from, to));
    if (turn !== this.#turn || id !== this.id) return;
    for (let at = from; at <= to; at++) this.#pending.delete(at);
    for (const view of views ?? []) {
      this.#views.set(view.position, view);
      failures.clear(`messages:${view.position}`);
    }
  }

  #apply(view: ThreadView) {
    this.#forgetOtherPath(view);
    for (const each of view.messages) folds.keep(this.#views.get(each.position), each);
    for (const each of view.messages) if (!same(this.#views.get(each.position), each)) this.#views.set(each.position, each);
    this.thread = view.thread;
    this.length = view.length;
    this.failed = view.failed;
    this.usage = view.usage;
    streams.settle(view.thread.id, view.streaming);
  }

  /** Drops what does not stand on the path that these messages end. */
  #forgetOtherPath(view: ThreadView) {
    const first = view.messages[0];
    const before = first && this.#views.get(first.position - 1);
    const joined = !first || first.position === 1 || before?.message.id === first.message.parentId;
    for (const at of [...this.#views.keys()]) {
      if (at > view.length || (!joined && first && at < first.position)) this.#views.delete(at);
    }
  }

  #trim(first: number, last: number) {
    for (const at of [...this.#views.keys()]) {
      if (at < first || (at > last && at < this.length - FETCH)) this.#views.delete(at);
    }
  }

  /** Fetches the history again: an entry was added that changes nothing else. */
  reloadHistory() {
    void this.#loadHistory();
  }

  async #loadHistory() {
    const id = this.id;
    if (id === null) return;
    const history = await failures.attempt('history', () => threads.history(id), () => this.#loadHistory());
    if (history && this.id === id) this.history = history;
  }

  #empty(id: string | null) {
    this.id = id;
    this.thread = null;
    this.length = 0;
    this.failed = null;
    this.usage = null;
    this.history = [];
    this.target = null;
    this.#views.clear();
    this.#pending.clear();
    this.#looked = 0;
    folds.clear();
    this.focused = null;
    this.opening += 1;
  }
}

export const pane = new Pane();
