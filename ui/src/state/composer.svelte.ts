// What is being written: the draft of each thread, the model it will go to, and sending it.
import type { ContextPreview } from '../generated/ContextPreview';
import { responses, threads, type Ask } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';

const SAVE_AFTER = 300;
const PREVIEW_AFTER = 250;
export const MESSAGE_BYTES = 4 * 1024 * 1024;
/** Past this many characters a field lays its text out so slowly that the window stands still. */
export const FIELD_CHARS = 128 * 1024;

/** Bytes of a text as UTF-8; far past the limit its length alone says enough. */
export function byteLength(text: string) {
  if (text.length > MESSAGE_BYTES || text.length * 3 < 4096) return text.length;
  return new TextEncoder().encode(text).length;
}

class Composer {
  /** What stands in the field. */
  text = $state('');
  /** A text too long for the field: it is sent after what stands there. */
  block = $state.raw('');
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

  /** Everything that would be sent. */
  get whole() {
    return [this.text, this.block].filter((part) => part.trim() !== '').join('\n\n');
  }

  type(text: string) {
    this.text = text;
    this.#changed();
  }

  /** Takes in a text that is too long for the field. */
  hold(text: string) {
    this.block = this.block === '' ? text : `${this.block}\n\n${text}`;
    this.#changed();
  }

  drop() {
    this.block = '';
    this.#changed();
  }

  #changed() {
    this.refused = null;
    this.#unsaved = true;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.flush(), SAVE_AFTER);
    this.look();
  }

  /** Whether so much more text can be taken in; if not, says so beside the field. */
  admits(more: string) {
    const bytes = byteLength(more) + byteLength(this.text) + byteLength(this.block);
    if (bytes <= MESSAGE_BYTES) return true;
    this.refused = bytes;
    return false;
  }

  /** Saves the draft now, if it has changed. */
  async flush() {
    clearTimeout(this.#saving);
    if (!this.#unsaved) return;
    this.#unsaved = false;
    const [id, text] = [this.#thread, this.whole];
    await failures.attempt('draft', () => threads.saveDraft(id, text));
  }

  leave() {
    return this.flush();
  }

  enter(thread: string | null, draft: string) {
    this.#thread = thread;
    const long = draft.length > FIELD_CHARS;
    this.text = long ? '' : draft;
    this.block = long ? draft : '';
    this.#unsaved = false;
    this.refused = null;
    if (thread !== null) this.client = '';
    this.focusWanted += 1;
    this.look();
  }

  /** Asks what the model would see, once the typing pauses. */
  look() {
    clearTimeout(this.#previewing);
    const pause = this.text.length + this.block.length > 65_536 ? PREVIEW_AFTER * 4 : PREVIEW_AFTER;
    this.#previewing = setTimeout(() => void this.#look(), pause);
  }

  async #look() {
    const thread = this.#thread;
    try {
      const preview = await responses.previewContext(thread, this.model, this.whole);
      if (thread === this.#thread) this.preview = preview;
    } catch {
      if (thread === this.#thread) this.preview = null;
    }
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
      this.text = '';
      this.block = '';
    }
    await failures.attempt('draft', () => threads.saveDraft(thread, this.#thread === thread ? this.whole : ''));
  }
}

export const composer = new Composer();
