// What went wrong and has not been dismissed, each failure at the spot where it happened, with the
// way to do again exactly what failed.
import { SvelteMap } from 'svelte/reactivity';
import type { ErrorDetail } from '../generated/ErrorDetail';
import { asError } from '../ipc';

/** A place in the window, or a thing such as `message:ID`. Whatever can fail by itself has one of its own. */
export type Spot = string;

type Again = () => unknown;
type Failed = { error: ErrorDetail; again: Again | null };

/** What belongs to the thread on show, and goes with it. */
const SHOWN = /^(?:(?:thread|print|history|usage|receipt|find)$|(?:composer|message|messages|metadata|seal|sealed):?)/;

/** What is done to a thread. Each fails beside the thread, wherever it was asked for. */
export type Doing = 'title' | 'metadata' | 'pin' | 'state' | 'bin' | 'fork' | 'options' | 'version';
export const threadSpot = (id: string, what: Doing): Spot => `of-thread:${what}:${id}`;
/** The thread that such a spot belongs to. */
export const threadOf = (spot: Spot) => /^of-thread:\w+:(.*)$/.exec(spot)?.[1] ?? null;

class Failures {
  #at = new SvelteMap<Spot, Failed>();

  at(spot: Spot) {
    return this.#at.get(spot)?.error ?? null;
  }

  /** Spots with a failure that begin like this, the oldest first. */
  spots(start: string) {
    return [...this.#at.keys()].filter((spot) => spot.startsWith(start));
  }

  /** Spots at which something done to this thread failed. */
  ofThread(id: string | null) {
    return this.spots('of-thread:').filter((spot) => threadOf(spot) === id);
  }

  /** Likewise for all threads but this one. */
  ofOthers(id: string | null) {
    return this.spots('of-thread:').filter((spot) => threadOf(spot) !== id);
  }

  put(spot: Spot, refusal: unknown, again: Again | null = null) {
    this.#at.set(spot, { error: asError(refusal), again });
  }

  clear(...spots: Spot[]) {
    for (const spot of spots) this.#at.delete(spot);
  }

  /** Does again what failed there. */
  again(spot: Spot) {
    void this.#at.get(spot)?.again?.();
  }

  /** Forgets what belongs to the thread on show; the window's own troubles stay. */
  leaveThread(id: string | null) {
    for (const spot of this.spots('')) if (SHOWN.test(spot) || (id !== null && threadOf(spot) === id)) this.#at.delete(spot);
  }

  /**
   * Does the work; a refusal is put at the spot and `null` comes back. `again` is what repeats it:
   * the work alone, unless more follows from it.
   */
  async attempt<T>(spot: Spot, work: () => Promise<T>, again: Again = () => this.attempt(spot, work)): Promise<T | null> {
    try {
      const done = await work();
      this.clear(spot);
      return done;
    } catch (refusal) {
      this.put(spot, refusal, again);
      return null;
    }
  }
}

export const failures = new Failures();
