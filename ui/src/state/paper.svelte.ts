// The thread on show as it goes on paper: every message of the path, whole, laid out once for the
// printer. It goes once it is printed, or with another thread: a system that lets nobody know that its
// dialog was dismissed may be printing still.
import { tick } from 'svelte';
import type { MessageView } from '../generated/MessageView';
import type { Progress } from '../generated/Progress';
import type { Thread } from '../generated/Thread';
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';

const PAGE = 100;

class Paper {
  thread = $state.raw<Thread | null>(null);
  messages = $state.raw<MessageView[]>([]);
  /** How far laying it out has come. */
  progress = $state.raw<Progress>({ done: 0, total: 0 });
  running = $state(false);
  stopping = $state(false);

  async print(): Promise<void> {
    const { thread } = pane;
    if (thread === null || this.running) return;
    this.clear();
    Object.assign(this, { running: true, stopping: false });
    const messages = await this.#fetch(thread.id);
    this.running = false;
    if (messages === null) return;
    this.thread = thread;
    this.messages = messages;
    await tick();
    const asked = await failures.attempt('print', async () => (await threads.print(), true), () => this.print());
    if (asked === null) this.clear();
  }

  /** Every message, unless that is stopped, refused, or another thread is opened. */
  async #fetch(id: string): Promise<MessageView[] | null> {
    const { length, opening } = pane;
    const messages: MessageView[] = [];
    while (messages.length < length) {
      this.progress = { done: messages.length, total: length };
      const from = messages.length + 1;
      const found = await failures.attempt('print', () => threads.messageViews(id, from, Math.min(from + PAGE - 1, length), true), () => this.print());
      if (found === null || found.length === 0 || this.stopping || pane.opening !== opening) return null;
      messages.push(...found);
    }
    return messages;
  }

  stop() {
    this.stopping = true;
  }

  clear() {
    this.thread = null;
    this.messages = [];
  }
}

export const paper = new Paper();
