// What is being written: the draft of each thread, the model it will go to, and sending it.
import { responses, threads, type Ask } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { Writing } from './writing.svelte';

const SAVE_AFTER = 300;

class Composer extends Writing {
  /** The client that a new thread will be for. */
  client = $state('');
  #thread: string | null = null;
  #models = $state<Record<string, string>>({});
  #unsaved = false;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #stored: Promise<unknown> = Promise.resolve();

  /** `endpoint/model` chosen for this thread; `null` takes the default endpoint's. */
  get model() {
    return this.#models[this.#thread ?? ''] ?? null;
  }

  choose(model: string | null) {
    if (model === null) delete this.#models[this.#thread ?? ''];
    else this.#models[this.#thread ?? ''] = model;
    this.look();
  }

  protected override changed() {
    super.changed();
    this.#unsaved = true;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.flush(), SAVE_AFTER);
  }

  /** Saves the draft now, if it has changed, and waits until it is stored. */
  override async flush() {
    clearTimeout(this.#saving);
    if (this.#unsaved) {
      this.#unsaved = false;
      const [id, text] = [this.#thread, this.whole];
      this.#stored = failures.attempt('draft', () => threads.saveDraft(id, text));
    }
    await this.#stored;
  }

  leave() {
    return this.flush();
  }

  enter(thread: string | null, draft: string) {
    this.#thread = thread;
    this.put(draft);
    this.#unsaved = false;
    if (thread !== null) this.client = '';
    this.focusWanted += 1;
    this.look();
  }

  protected foresee() {
    return responses.previewContext(this.#thread, this.model, this.whole);
  }

  async send() {
    if (this.sending || pane.stream !== null || this.whole === '') return;
    if (!this.admits('')) return;
    const [thread, text] = [this.#thread, this.whole];
    const ask: Ask = { thread, text };
    if (this.model !== null) ask.model = this.model;
    if (thread === null && this.client.trim() !== '') ask.metadata = { client: this.client.trim() };
    this.sending = true;
    const response = await failures.attempt('composer', () => responses.respond(ask));
    this.sending = false;
    if (response === null) return;
    await this.#sent(thread, text);
    if (this.#thread === thread) await pane.accepted(response);
  }

  /** The text is stored as a message now; the draft has done its work. */
  async #sent(thread: string | null, text: string) {
    if (this.#thread === thread && this.whole === text) {
      clearTimeout(this.#saving);
      this.#unsaved = false;
      this.put('');
    }
    await failures.attempt('draft', () => threads.saveDraft(thread, this.#thread === thread ? this.whole : ''));
  }
}

export const composer = new Composer();
