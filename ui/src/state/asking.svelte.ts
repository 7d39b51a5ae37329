// How the thread on show asks its models: its parameters, what happens when not all fits, and its
// system prompt, which becomes a message of the thread with the next one that is sent.
import type { SystemPrompt } from '../generated/SystemPrompt';
import type { ThreadOptions } from '../generated/ThreadOptions';
import { asking, type Ask } from '../ipc';
import { failures } from './failures.svelte';

const SAVE_AFTER = 300;
const usual: ThreadOptions = { policy: 'newest', parameters: {} };

export class Asking {
  options = $state.raw<ThreadOptions>(usual);
  /** The system prompt that was written last, or that a new thread would begin with. */
  system = $state.raw<SystemPrompt | null>(null);
  /** New system prompts that were not sent yet, by thread. */
  #changes = $state<Record<string, string>>({});
  #thread = $state<string | null>(null);
  /** How the thread that is yet to be made will ask. */
  #fresh = usual;
  #onchange: () => void;
  #turn = 0;
  /** Grows with each change, so that no older answer overwrites it. */
  #puts = 0;
  #unsaved: (() => Promise<unknown>) | null = null;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(onchange: () => void) {
    this.#onchange = onchange;
  }

  /** How much of it the person set. */
  get set() {
    return Object.keys(this.options.parameters).length + (this.options.policy === 'newest' ? 0 : 1);
  }

  /** The system prompt that will go with the next message; nothing if it stays as it is. */
  get change(): string | null {
    return this.#changes[this.#thread ?? ''] ?? null;
  }

  /** What the model is told before all else, once the next message is sent. */
  get told() {
    return this.change ?? this.system?.text ?? '';
  }

  /** What of that is not in the thread yet. */
  get unsaid() {
    return this.change ?? (this.#thread === null ? (this.system?.text ?? '') : '');
  }

  /** Shows how a thread asks, or how a new one for this client would. */
  async enter(thread: string | null, client: string) {
    if (thread !== this.#thread || thread === null) this.system = null;
    if (thread !== this.#thread) this.options = thread === null ? this.#fresh : usual;
    this.#thread = thread;
    await this.load(client);
  }

  async load(client: string) {
    const [turn, puts, thread] = [++this.#turn, this.#puts, this.#thread];
    try {
      const found = await asking.get(thread, client.trim() === '' ? null : client.trim());
      if (turn !== this.#turn) return;
      this.system = found.system;
      if (thread !== null && puts === this.#puts) this.options = found.options;
    } catch {
      // Whatever is wrong with the thread is said where it is shown.
    }
    this.#onchange();
  }

  /** Sets how the thread asks from now on; a new one is told when it begins. */
  put(options: ThreadOptions) {
    const thread = this.#thread;
    this.options = options;
    this.#puts += 1;
    clearTimeout(this.#saving);
    if (thread === null) {
      this.#fresh = options;
      return this.#onchange();
    }
    this.#unsaved = () => failures.attempt('options', () => asking.setOptions(thread, options));
    this.#saving = setTimeout(() => void this.flush().then(this.#onchange), SAVE_AFTER);
  }

  reset() {
    this.put(usual);
  }

  /** Saves the options now, if they were changed. */
  async flush() {
    clearTimeout(this.#saving);
    const save = this.#unsaved;
    this.#unsaved = null;
    await save?.();
  }

  /** Writes the system prompt anew. A thread that has one cannot be without; a new one can. */
  tell(text: string) {
    const key = this.#thread ?? '';
    const same = text.trim() === (this.system?.text ?? '').trim();
    if (same || (text.trim() === '' && this.#thread !== null)) delete this.#changes[key];
    else this.#changes[key] = text;
    this.#onchange();
  }

  /** What goes along with the next message. */
  along(): Partial<Ask> {
    const { change } = this;
    const ask: Partial<Ask> = {};
    if (change !== null && change.trim() !== '') ask.system = change;
    if (this.#thread !== null) return ask;
    if (change?.trim() === '') ask.withoutPrompt = true;
    if (this.set > 0) ask.options = this.options;
    return ask;
  }

  /** The next message was accepted with all that goes along. */
  sent(thread: string | null) {
    delete this.#changes[thread ?? ''];
    if (thread === null) this.#fresh = usual;
  }
}
