// Drafts on their way to the store, by thread. One that the store refuses is held here, and tried
// again with the next: what was typed is not lost with a full disk.
import type { Draft } from '../generated/Draft';
import type { ErrorDetail } from '../generated/ErrorDetail';
import { threads } from '../ipc';
import { failures, type Spot } from './failures.svelte';

const spot = (thread: string | null): Spot => `draft:${thread ?? ''}`;

class Drafts {
  #held = new Map<string | null, Draft>();
  #storing: Promise<unknown> = Promise.resolve();

  /** What a thread's draft is, if the store does not have it yet. */
  held(thread: string | null) {
    return this.#held.get(thread) ?? null;
  }

  hold(thread: string | null, draft: Draft) {
    this.#held.set(thread, draft);
  }

  /** Stores all that is held, one after the other, so that no older draft overwrites a newer one. */
  store() {
    this.#storing = this.#storing.then(async () => {
      for (const thread of [...this.#held.keys()]) await failures.attempt(spot(thread), () => this.#save(thread), () => this.store());
    });
    return this.#storing;
  }

  async #save(thread: string | null) {
    const draft = this.#held.get(thread);
    if (draft === undefined) return;
    await threads.saveDraft(thread, draft).catch((refusal: ErrorDetail) => {
      // Where there is no thread any more, no later time will do.
      if (refusal.code === 'thread_not_found') this.#held.delete(thread);
      throw refusal;
    });
    if (this.#held.get(thread) === draft) this.#held.delete(thread);
  }
}

export const drafts = new Drafts();
