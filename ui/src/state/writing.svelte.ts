// What is being written somewhere: the text in its field, and one too long for the field beside it.
import type { ContextPreview } from '../generated/ContextPreview';

const PREVIEW_AFTER = 250;
export const MESSAGE_BYTES = 4 * 1024 * 1024;
/** Past this many characters a field lays its text out so slowly that the window stands still. */
export const FIELD_CHARS = 128 * 1024;

/** Bytes of a text as UTF-8; far past the limit its length alone says enough. */
export function byteLength(text: string) {
  if (text.length > MESSAGE_BYTES || text.length * 3 < 4096) return text.length;
  return new TextEncoder().encode(text).length;
}

export abstract class Writing {
  /** What stands in the field. */
  text = $state('');
  /** A text too long for the field: it is sent after what stands there. */
  block = $state.raw('');
  sending = $state(false);
  /** The size of a text that was too long to take in, until the next key. */
  refused = $state<number | null>(null);
  /** What the model would see if this were sent. */
  preview = $state.raw<ContextPreview | null>(null);
  /** Grows when the field should have the focus. */
  focusWanted = $state(0);
  #looking: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  /** `endpoint/model` that was chosen; `null` takes the default endpoint's. */
  abstract get model(): string | null;
  abstract choose(model: string | null): void;
  abstract send(): Promise<void>;
  protected abstract foresee(): Promise<ContextPreview>;

  /** Keeps what is written, where it is to be kept. */
  async flush() {}

  /** Everything that would be sent. */
  get whole() {
    return [this.text, this.block].filter((part) => part.trim() !== '').join('\n\n');
  }

  type(text: string) {
    this.text = text;
    this.changed();
  }

  /** Takes in a text that is too long for the field. */
  hold(text: string) {
    this.block = this.block === '' ? text : `${this.block}\n\n${text}`;
    this.changed();
  }

  drop() {
    this.block = '';
    this.changed();
  }

  /** Whether so much more text can be taken in; if not, says so beside the field. */
  admits(more: string) {
    const bytes = byteLength(more) + byteLength(this.text) + byteLength(this.block);
    if (bytes <= MESSAGE_BYTES) return true;
    this.refused = bytes;
    return false;
  }

  /** Puts a text in place of what is there. */
  protected put(text: string) {
    const long = text.length > FIELD_CHARS;
    this.text = long ? '' : text;
    this.block = long ? text : '';
    this.refused = null;
  }

  protected changed() {
    this.refused = null;
    this.look();
  }

  /** Asks what the model would see, once the typing pauses. */
  look() {
    clearTimeout(this.#looking);
    const turn = ++this.#turn;
    const pause = this.text.length + this.block.length > 65_536 ? PREVIEW_AFTER * 4 : PREVIEW_AFTER;
    this.#looking = setTimeout(() => void this.#look(turn), pause);
  }

  async #look(turn: number) {
    const preview = await this.foresee().catch(() => null);
    if (turn === this.#turn) this.preview = preview;
  }
}
