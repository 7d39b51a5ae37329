// Long messages of the thread on show that were opened: their whole text, by their id. They stay
// open for as long as the thread is.
import { SvelteMap } from 'svelte/reactivity';
import type { MessageView } from '../generated/MessageView';
import { threads } from '../ipc';
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

  /** Shows all of a message. */
  async open(thread: string, view: MessageView): Promise<void> {
    const { position, message } = view;
    const found = await failures.attempt(`message:${message.id}`, () => threads.messageViews(thread, position, position, true), () => this.open(thread, view));
    const whole = found?.find((each) => each.message.id === message.id);
    if (whole) this.#whole.set(message.id, whole.html);
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
