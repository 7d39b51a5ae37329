// Walking through one's own earlier messages, from the empty field.
import type { MessageView } from '../generated/MessageView';
import type { Role } from '../generated/Role';
import type { Spot } from './failures.svelte';

const FETCH = 40;

/** The messages that stand before what is being written: a thread's, or those of a temporary chat. */
export type Earlier = {
  /** What they are the messages of; nothing where there are none yet. */
  id: string | null;
  length: number;
  /** The one at a place, where it is at hand. */
  view(place: number): MessageView | null;
  fetch(from: number, to: number): Promise<MessageView[]>;
  text(messageId: string): Promise<string>;
  /** Where it is said that they cannot be read. */
  spot: Spot;
};

export class Recall {
  #earlier: () => Earlier;
  /** Where on the path the message in the field stands; nothing while nobody walks. */
  #place: number | null = null;
  #shown = '';
  #known = new Map<number, { id: string; role: Role }>();

  constructor(earlier: () => Earlier) {
    this.#earlier = earlier;
  }

  /** Whether an arrow walks: upwards from an empty field, and on from what was not changed since. */
  walks(written: string, by: -1 | 1) {
    if (this.#place !== null && written !== this.#shown) this.reset();
    return this.#place !== null || (written === '' && by === -1 && this.#earlier().length > 0);
  }

  reset() {
    this.#place = null;
    this.#known.clear();
  }

  /** The message before or after; past the last the field is empty again. Nothing if there is none before. */
  async step(by: -1 | 1): Promise<string | null> {
    const earlier = this.#earlier();
    if (earlier.id === null) return null;
    const last = earlier.length;
    let at = (this.#place ?? last + 1) + by;
    for (; at >= 1 && at <= last; at += by) {
      const message = await this.#at(earlier, at, by);
      if (message?.role !== 'user') continue;
      const text = await earlier.text(message.id);
      [this.#place, this.#shown] = [at, text];
      return text;
    }
    if (by === -1) return null;
    this.reset();
    return '';
  }

  async #at(earlier: Earlier, at: number, by: -1 | 1) {
    const loaded = earlier.view(at)?.message ?? this.#known.get(at);
    if (loaded) return loaded;
    const [from, to] = by === -1 ? [Math.max(1, at - FETCH + 1), at] : [at, at + FETCH - 1];
    for (const { position, message } of await earlier.fetch(from, to)) this.#known.set(position, message);
    return this.#known.get(at);
  }
}
