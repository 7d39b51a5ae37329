// The thread on show as it goes on paper: every message of the path, whole, laid out once for the
// printer. It stays until another thread is opened, since printing may go on behind the dialog.
import { tick } from 'svelte';
import type { MessageView } from '../generated/MessageView';
import type { Thread } from '../generated/Thread';
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';

const PAGE = 100;

class Paper {
  thread = $state.raw<Thread | null>(null);
  messages = $state.raw<MessageView[]>([]);
  /** Messages laid out so far, while that is going on. */
  done = $state<number | null>(null);

  async print() {
    const { thread, length, opening } = pane;
    if (thread === null || this.done !== null) return;
    this.done = 0;
    const messages: MessageView[] = [];
    while (this.done < length) {
      const from = this.done + 1;
      const found = await failures.attempt('print', () => threads.messageViews(thread.id, from, Math.min(from + PAGE - 1, length), true), () => this.print());
      if (found === null || found.length === 0 || pane.opening !== opening) break;
      messages.push(...found);
      this.done = messages.length;
    }
    const whole = this.done >= length && pane.opening === opening;
    this.done = null;
    if (!whole) return;
    this.thread = thread;
    this.messages = messages;
    await tick();
    await failures.attempt('print', () => threads.print());
  }

  clear() {
    this.thread = null;
    this.messages = [];
  }
}

export const paper = new Paper();
