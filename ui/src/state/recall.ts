// Walking through one's own earlier messages in the thread on show, from the empty field.
import type { Role } from '../generated/Role';
import { threads } from '../ipc';
import { pane } from './pane.svelte';

const FETCH = 40;

export class Recall {
  /** Where on the path the message in the field stands; nothing while nobody walks. */
  #place: number | null = null;
  #shown = '';
  #known = new Map<number, { id: string; role: Role }>();

  /** Whether an arrow walks: upwards from an empty field, and on from what was not changed since. */
  walks(written: string, by: -1 | 1) {
    if (this.#place !== null && written !== this.#shown) this.reset();
    return this.#place !== null || (written === '' && by === -1 && pane.length > 0);
  }

  reset() {
    this.#place = null;
    this.#known.clear();
  }

  /** The message before or after; past the last the field is empty again. Nothing if there is none before. */
  async step(by: -1 | 1): Promise<string | null> {
    const thread = pane.id;
    if (thread === null) return null;
    const last = pane.length;
    let at = (this.#place ?? last + 1) + by;
    for (; at >= 1 && at <= last; at += by) {
      const message = await this.#at(thread, at, by);
      if (message?.role !== 'user') continue;
      const text = await threads.messageText(thread, message.id);
      [this.#place, this.#shown] = [at, text];
      return text;
    }
    if (by === -1) return null;
    this.reset();
    return '';
  }

  async #at(thread: string, at: number, by: -1 | 1) {
    const loaded = pane.view(at)?.message ?? this.#known.get(at);
    if (loaded) return loaded;
    const [from, to] = by === -1 ? [Math.max(1, at - FETCH + 1), at] : [at, at + FETCH - 1];
    for (const { position, message } of await threads.messageViews(thread, from, to)) this.#known.set(position, message);
    return this.#known.get(at);
  }
}
