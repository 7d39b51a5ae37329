// Replies as they arrive, for every thread and chain at once: closed blocks are appended, the tail is
// replaced. What has ended is fetched as a message and leaves here.
import { SvelteMap } from 'svelte/reactivity';
import type { Response } from '../generated/Response';
import type { StreamEvent } from '../generated/StreamEvent';
import type { StreamingView } from '../generated/StreamingView';
import { responses } from '../ipc';

const CHUNK = 64;

export class Stream {
  response = $state.raw<Response>() as Response;
  /** Closed blocks in chunks, so that a new one costs the same in a long reply as in a short one. */
  chunks = $state<string[][]>([]);
  tail = $state('');
  reasoning = $state('');
  tokens = $state(0);
  waiting = $state(false);
  retrying = $state.raw<{ attempt: number; at: string; code: string } | null>(null);
  elsewhere = $state(false);
  /** Whether its beginning was told, so that its end will be told as well. */
  told = false;
  closed = 0;

  constructor(response: Response) {
    this.response = response;
  }

  get hasText() {
    return this.closed > 0 || this.tail !== '';
  }

  /** Takes blocks counted from `from`; false if some between were missed. */
  text(from: number, closed: string[], tail: string): boolean {
    if (from > this.closed) return false;
    // What was fetched meanwhile was further already.
    if (from + closed.length < this.closed) return true;
    for (const html of closed.slice(this.closed - from)) this.#append(html);
    this.tail = tail;
    this.waiting = false;
    this.retrying = null;
    return true;
  }

  /** Takes how far the reply has come by itself, unless more is known here. */
  take(view: StreamingView) {
    this.response = view.response;
    this.elsewhere = view.elsewhere;
    if (view.reasoning.length > this.reasoning.length) this.reasoning = view.reasoning;
    const further = view.closed.length > this.closed || view.tail.length >= this.tail.length;
    if (view.elsewhere || further) this.text(0, view.closed, view.tail);
  }

  #append(html: string) {
    const last = this.chunks.at(-1);
    if (last === undefined || last.length >= CHUNK) this.chunks.push([html]);
    else last.push(html);
    this.closed += 1;
  }
}

/** Where a reply stands: in its thread, or by itself where there is none, in a chain. */
const place = (response: Response) => response.thread ?? response.id;

class Streams {
  #running = new SvelteMap<string, Stream>();
  /** Replies that have ended: what was asked before they did may still say that they run. */
  #over = new Set<string>();
  /** Told when a reply has ended: its last messages are to be fetched. */
  onEnded: (id: string, response: Response) => void = () => {};
  /** Told when events of a reply were missed: how far it has come is to be fetched. */
  onMissed: (id: string) => void = () => {};

  /** The reply that is running in a thread, or as this response of a chain. */
  of(id: string | null) {
    return id === null ? null : (this.#running.get(id) ?? null);
  }

  subscribe() {
    return responses.subscribe((events) => {
      for (const event of events) this.hear(event);
    });
  }

  hear(event: StreamEvent) {
    if (event.type === 'started' || event.type === 'ended') {
      const id = place(event.response);
      if (event.type === 'ended') return this.#end(id, event.response);
      this.#over.delete(event.response.id);
      this.start(id, event.response);
      const begun = this.#running.get(id);
      if (begun) begun.told = true;
      return;
    }
    const id = event.threadId ?? event.responseId;
    const stream = this.#running.get(id);
    if (stream === undefined || stream.response.id !== event.responseId) return this.onMissed(id);
    if (event.type === 'waiting') stream.waiting = true;
    else if (event.type === 'retrying') stream.retrying = event;
    else if (event.type === 'reasoning') stream.reasoning += event.text;
    else {
      stream.tokens = event.tokens;
      if (!stream.text(event.from, event.closed, event.tail)) this.onMissed(id);
    }
  }

  start(id: string, response: Response) {
    if (this.#over.has(response.id)) return;
    if (this.#running.get(id)?.response.id !== response.id) this.#running.set(id, new Stream(response));
  }

  /** What the store says of a thread: its running reply, or that there is none. */
  settle(id: string, view: StreamingView | null) {
    if (view === null) {
      const running = this.#running.get(id);
      // What was asked before it began says that there is none.
      if (!running?.told || this.#over.has(running.response.id)) this.#running.delete(id);
      return;
    }
    if (this.#over.has(view.response.id)) {
      this.#running.delete(id);
      this.onMissed(id);
      return;
    }
    this.start(id, view.response);
    this.#running.get(id)?.take(view);
  }

  /** The ended reply stays until the thread has been fetched, so that no text blinks. */
  #end(id: string, response: Response) {
    this.#over.add(response.id);
    const stream = this.#running.get(id);
    if (stream?.response.id === response.id) stream.response = response;
    this.onEnded(id, response);
  }

  forget(id: string) {
    this.#running.delete(id);
  }
}

export const streams = new Streams();
