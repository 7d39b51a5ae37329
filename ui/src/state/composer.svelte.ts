// What is being written: the draft of each thread, the model it will go to, and sending it.
import type { ContextPreview } from '../generated/ContextPreview';
import { responses, threads, type Ask } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';

const SAVE_AFTER = 300;
const PREVIEW_AFTER = 250;
export const MESSAGE_BYTES = 4 * 1024 * 1024;

/** Bytes of a text as UTF-8; far past the limit its length alone says enough. */
export function byteLength(text: string) {
  if (text.length > MESSAGE_BYTES || text.length * 3 < 4096) return text.length;
  return new TextEncoder().encode(text).length;
}

class Composer {
  text = $state('');
  sending = $state(false);
  /** The size of a text that was too long to take in, until the next key. */
  refused = $state<number | null>(null);
  preview = $state.raw<ContextPreview | null>(null);
  /** The client that a new thread will be for. */
  client = $state('');
  /** Grows when the field should have the focus. */
  focusWanted = $state(0);
  #thread: string | null = null;
  #models = $state<Record<string, string>>({});
  #unsaved = false;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #previewing: ReturnType<typeof setTimeout> | undefined;

  /** `endpoint/model` chosen for this thread; `null` takes the default endpoint's. */
  get model() {
    return this.#models[this.#thread ?? ''] ?? null;
  }

  choose(model: string | null) {
    if (model === null) delete this.#models[this.#thread ?? ''];
    else this.#models[this.#thread ?? ''] = model;
    this.look();
  }

  type(text: string) {
    this.refused = null;
    this.text = text;
    this.#unsaved = true;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.flush(), SAVE_AFTER);
    this.look();
  }

  /** Whether so much more text can be taken in; if not, says so beside the field. */
  admits(more: string, replaced = 0) {
    const bytes = byteLength(more) + byteLength(this.text) - replaced;
    if (bytes <= MESSAGE_BYTES) return true;
    this.refused = bytes;
    return false;
  }

  /** Saves the draft now, if it has changed. */
  async flush() {
    clearTimeout(this.#saving);
    if (!this.#unsaved) return;
    this.#unsaved = false;
    const [id, text] = [this.#thread, this.text];
    await failures.attempt('draft', () => threads.saveDraft(id, text));
  }

  leave() {
    return this.flush();
  }

  enter(thread: string | null, draft: string) {
    this.#thread = thread;
    this.text = draft;
    this.#unsaved = false;
    this.refused = null;
    if (thread !== null) this.client = '';
    this.focusWanted += 1;
    this.look();
  }

  /** Asks what the model would see, once the typing pauses. */
  look() {
    clearTimeout(this.#previewing);
    const pause = this.text.length > 65_536 ? PREVIEW_AFTER * 4 : PREVIEW_AFTER;
    this.#previewing = setTimeout(() => void this.#look(), pause);
  }

  async #look() {
    const thread = this.#thread;
    try {
      const preview = await responses.previewContext(thread, this.model, this.text);
      if (thread === this.#thread) this.preview = preview;
    } catch {
      if (thread === this.#thread) this.preview = null;
    }
  }

  async send() {
    if (this.sending || pane.stream !== null || this.text.trim() === '') return;
    if (!this.admits('')) return;
    const [thread, text] = [this.#thread, this.text];
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
    if (this.#thread === thread && this.text === text) {
      clearTimeout(this.#saving);
      this.#unsaved = false;
      this.text = '';
    }
    await failures.attempt('draft', () => threads.saveDraft(thread, this.#thread === thread ? this.text : ''));
  }
}

export const composer = new Composer();
