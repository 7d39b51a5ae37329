// How a thread asks its models. Its options are kept as they are set; a system prompt that was not
// sent yet is a part of the draft.
import type { ThreadOptions } from '../generated/ThreadOptions';
import { asking, type Ask } from '../ipc';
import { Asking, usual } from './asking.svelte';
import { failures, threadSpot } from './failures.svelte';

const SAVE_AFTER = 300;

export class ThreadAsking extends Asking {
  #thread = $state<string | null>(null);
  /** How the thread that is yet to be made will ask. */
  #fresh = usual;
  #onlook: () => void;
  #ontold: () => void;
  #turn = 0;
  /** Grows with each change, so that no older answer overwrites it. */
  #puts = 0;
  #unsaved: (() => Promise<unknown>) | null = null;
  #saving: ReturnType<typeof setTimeout> | undefined;

  /** `onlook` when what would be seen may be another, `ontold` when the draft is, too. */
  constructor(onlook: () => void, ontold: () => void) {
    super();
    this.#onlook = onlook;
    this.#ontold = ontold;
  }

  override get begun() {
    return this.#thread !== null;
  }

  protected override changed() {
    this.#onlook();
  }

  /** Shows how a thread asks, or how a new one for this client would. */
  async enter(thread: string | null, client: string, change: string | null) {
    if (thread !== this.#thread || thread === null) this.system = null;
    if (thread !== this.#thread) this.options = thread === null ? this.#fresh : usual;
    this.#thread = thread;
    this.change = change;
    await this.load(client);
  }

  async load(client: string): Promise<void> {
    const [turn, puts, thread] = [++this.#turn, this.#puts, this.#thread];
    const work = () => asking.get(thread, client.trim() === '' ? null : client.trim());
    const found = await failures.attempt('composer:asking', work, () => this.load(client));
    if (turn !== this.#turn) return;
    if (found) this.system = found.system;
    if (found && thread !== null && puts === this.#puts) this.options = found.options;
    this.#onlook();
  }

  /** Sets how the thread asks from now on; a new one is told when it begins. */
  override put(options: ThreadOptions) {
    const thread = this.#thread;
    this.options = options;
    this.#puts += 1;
    clearTimeout(this.#saving);
    if (thread === null) {
      this.#fresh = options;
      return this.#onlook();
    }
    this.#unsaved = () => failures.attempt(threadSpot(thread, 'options'), () => asking.setOptions(thread, options));
    this.#saving = setTimeout(() => void this.flush().then(this.#onlook), SAVE_AFTER);
  }

  /** Saves the options now, if they were changed. */
  async flush() {
    clearTimeout(this.#saving);
    const save = this.#unsaved;
    this.#unsaved = null;
    await save?.();
  }

  override tell(text: string) {
    super.tell(text);
    this.#ontold();
  }

  /** What goes along with the next message. */
  ask(): Partial<Ask> {
    const ask: Partial<Ask> = {};
    if (this.along !== null) ask.system = this.along;
    if (this.begun) return ask;
    if (this.change?.trim() === '') ask.withoutPrompt = true;
    if (this.set > 0) ask.options = this.options;
    return ask;
  }

  /** The next message of this thread was accepted with all that goes along. */
  sent(thread: string | null) {
    if (thread === this.#thread) this.change = null;
    if (thread === null) this.#fresh = usual;
  }
}
