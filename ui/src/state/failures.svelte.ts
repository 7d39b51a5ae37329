// What went wrong and has not been dismissed, each failure at the spot where it happened.
import { SvelteMap } from 'svelte/reactivity';
import type { ErrorDetail } from '../generated/ErrorDetail';
import { asError } from '../ipc';

/** A place in the window: `composer`, `thread`, `settings`, `window`, or a thing such as `message:ID`. */
export type Spot = string;

class Failures {
  #at = new SvelteMap<Spot, ErrorDetail>();

  at(spot: Spot) {
    return this.#at.get(spot) ?? null;
  }

  put(spot: Spot, refusal: unknown) {
    this.#at.set(spot, asError(refusal));
  }

  clear(spot: Spot) {
    this.#at.delete(spot);
  }

  /** Forgets what belongs to the thread on show; the window's own troubles stay. */
  leaveThread() {
    for (const spot of [...this.#at.keys()]) {
      if (spot === 'composer' || spot === 'thread' || spot.includes(':')) this.#at.delete(spot);
    }
  }

  /** Does the work; a refusal is put at the spot and `null` comes back. */
  async attempt<T>(spot: Spot, work: () => Promise<T>): Promise<T | null> {
    try {
      const done = await work();
      this.clear(spot);
      return done;
    } catch (refusal) {
      this.put(spot, refusal);
      return null;
    }
  }
}

export const failures = new Failures();
