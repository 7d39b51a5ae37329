// What went wrong and has not been dismissed, each failure at the spot where it happened, with the
// way to do again exactly what failed.
import { SvelteMap } from 'svelte/reactivity';
import { places, type Where } from '../errors';
import type { ErrorDetail } from '../generated/ErrorDetail';
import { asError } from '../ipc';
import { dialogs } from './dialogs.svelte';

type Kind = keyof typeof places;
/** What failed: a kind of it, or one such thing, as in `message:ID`. Whatever can fail by itself has a spot of its own. */
export type Spot = Kind | `${Kind}:${string}`;

type Again = () => unknown;
/** `left` if it failed when the dialog that would say so was not open. */
type Failed = { error: ErrorDetail; again: Again | null; left: boolean };

const kindOf = (spot: Spot) => spot.split(':', 1)[0] as Kind;
const whereOf = (spot: Spot): Where => places[kindOf(spot)];
/** Where a failure is about the thread on show, and goes with it. */
const shown: Where[] = ['thread', 'composer', 'inspector'];

/** What is done to a thread. Each fails beside the thread, wherever it was asked for. */
export type Doing = 'title' | 'metadata' | 'pin' | 'state' | 'bin' | 'fork' | 'options' | 'version' | 'seal' | 'send';
export const threadSpot = (id: string, what: Doing): Spot => `of-thread:${what}:${id}`;
/** The thread that such a spot belongs to. */
export const threadOf = (spot: Spot | undefined) => /^of-thread:\w+:(.*)$/.exec(spot ?? '')?.[1] ?? null;

class Failures {
  #at = new SvelteMap<Spot, Failed>();

  at(spot: Spot) {
    return this.#at.get(spot)?.error ?? null;
  }

  /** Spots of a kind at which something failed, the oldest first. */
  spots(...kinds: Kind[]) {
    return this.all().filter((spot) => kinds.includes(kindOf(spot)));
  }

  /** Every spot at which something failed. */
  all() {
    return [...this.#at.keys()];
  }

  /** Those that have no other place just now than among the notes. */
  ofNotes() {
    const left = (spot: Spot) => whereOf(spot) === 'dialog' && dialogs.open === null && this.#at.get(spot)?.left;
    return this.all().filter((spot) => whereOf(spot) === 'note' || left(spot));
  }

  /** Spots at which something done to this thread failed. */
  ofThread(id: string | null) {
    return this.spots('of-thread').filter((spot) => threadOf(spot) === id);
  }

  /** Likewise for all threads but this one. */
  ofOthers(id: string | null) {
    return this.spots('of-thread').filter((spot) => threadOf(spot) !== id);
  }

  put(spot: Spot, refusal: unknown, again: Again | null = null) {
    this.#at.set(spot, { error: asError(refusal), again, left: dialogs.open === null });
  }

  clear(...spots: Spot[]) {
    for (const spot of spots) this.#at.delete(spot);
  }

  /** Does again what failed there. */
  again(spot: Spot) {
    void this.#at.get(spot)?.again?.();
  }

  /** Forgets what belongs to the thread on show; the window's own troubles stay, and drafts that are not kept. */
  leaveThread(id: string | null) {
    const goes = (spot: Spot) => (shown.includes(whereOf(spot)) && kindOf(spot) !== 'draft') || (id !== null && threadOf(spot) === id);
    this.clear(...this.all().filter(goes));
  }

  /**
   * Does the work; a refusal is put at the spot and `null` comes back. `again` is what repeats it:
   * the work alone, unless more follows from it. Where it is said may depend on what is on show by then.
   */
  async attempt<T>(spot: Spot | (() => Spot), work: () => Promise<T>, again: Again = () => this.attempt(spot, work)): Promise<T | null> {
    const at = () => (typeof spot === 'string' ? spot : spot());
    try {
      const done = await work();
      this.clear(at());
      return done;
    } catch (refusal) {
      this.put(at(), refusal, again);
      return null;
    }
  }
}

export const failures = new Failures();
