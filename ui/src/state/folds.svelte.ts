// Long messages of what is on show that were opened: their whole text, by their id. They stay open
// for as long as the thread or the temporary chat is.
import { SvelteMap } from 'svelte/reactivity';
import type { MessageView } from '../generated/MessageView';
import { chains, threads } from '../ipc';
import { failures } from './failures.svelte';

class Folds {
  #whole = new SvelteMap<string, string>();

  /** What a message shows: all of it, or its beginning. */
  html(view: MessageView) {
    return this.#whole.get(view.message.id) ?? view.html;
  }

  isFolded(view: MessageView) {
    return view.folded !== null && !this.#whole.has(view.message.id);
  }

  /** Shows all of a message of a thread. */
  open(thread: string, { position, message }: MessageView) {
    return this.#open(message.id, async () => (await threads.messageViews(thread, position, position, true)).find((each) => each.message.id === message.id));
  }

  /** Shows all of a message of the chain up to a response. */
  openInChain(response: string, { message }: MessageView) {
    return this.#open(message.id, () => chains.message(response, message.id));
  }

  async #open(id: string, fetch: () => Promise<MessageView | undefined>): Promise<void> {
    const whole = await failures.attempt(`message:${id}`, fetch, () => this.#open(id, fetch));
    if (whole) this.#whole.set(id, whole.html);
  }

  close(view: MessageView) {
    this.#whole.delete(view.message.id);
  }

  /** What was shown whole before stays so. */
  keep(before: MessageView | undefined, now: MessageView) {
    const same = before?.message.id === now.message.id && before.message.status === now.message.status;
    if (same && before.folded === null && now.folded !== null) this.#whole.set(now.message.id, before.html);
  }

  clear() {
    this.#whole.clear();
  }
}

export const folds = new Folds();
