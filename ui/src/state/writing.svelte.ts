// What is being written somewhere: the text in its field, and long texts folded away beside it.
import type { ContextPreview } from '../generated/ContextPreview';
import type { ErrorDetail } from '../generated/ErrorDetail';
import { asError } from '../ipc';
import type { Asking } from './asking.svelte';
import { Choosing } from './choosing.svelte';
import { failures } from './failures.svelte';
import { Recall, type Earlier } from './recall';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

const PREVIEW_AFTER = 250;
export const MESSAGE_BYTES = 4 * 1024 * 1024;
/** Past this many characters a field lays its text out so slowly that the window stands still. */
export const FIELD_CHARS = 128 * 1024;
/** From here on, what is pasted is folded: nobody reads on in the field what has so many characters. */
export const FOLD_CHARS = 32 * 1024;

/** A text that was pasted, and is sent whole after what stands in the field. */
export type Fold = { id: number; text: string; bytes: number; lines: number };
/** What is written: in the field, and folded beside it. */
export type Written = { text: string; folds: Fold[] };
export type Panel = 'prompts' | 'system' | 'parameters';

/** Bytes of a text as UTF-8; far past the limit its length alone says enough. */
export function byteLength(text: string) {
  if (text.length > MESSAGE_BYTES || text.length * 3 < 4096) return text.length;
  return new TextEncoder().encode(text).length;
}

/** Text of more lines is put into a field, as if typed, so slowly that the window stands still. */
const TYPED_LINES = 100;
const typable = (text: string) => text.length < FOLD_CHARS && text.split('\n', TYPED_LINES + 2).length <= TYPED_LINES + 1;

let folded = 0;

function fold(text: string): Fold {
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < text.length - 1; at = text.indexOf('\n', at + 1)) lines += 1;
  return { id: ++folded, text, bytes: byteLength(text), lines };
}

export const joined = ({ text, folds }: { text: string; folds: { text: string }[] }) => [text, ...folds.map((each) => each.text)].filter((part) => part.trim() !== '').join('\n\n');

/** What is left of something written once the beginning of it was sent; what was changed since stays whole. */
export function rest(now: Written, sent: Written): Written {
  const text = now.text.startsWith(sent.text) ? now.text.slice(sent.text.length).trimStart() : now.text;
  return { text, folds: now.folds.filter((each) => !sent.folds.includes(each)) };
}

export abstract class Writing {
  /** What stands in the field. */
  text = $state('');
  /** Where in it something is put: the caret, as it was when the field was left. */
  caret: [number, number] = [0, 0];
  folds = $state.raw<Fold[]>([]);
  sending = $state(false);
  /** The size of a text that was too long to take in, until the next key. */
  refused = $state<number | null>(null);
  /** What the model would see if this were sent. */
  preview = $state.raw<ContextPreview | null>(null);
  /** Why that is not known. */
  unforeseen = $state.raw<ErrorDetail | null>(null);
  /** Grows when the field should have the focus. */
  focusWanted = $state(0);
  /** Grows when the choice of models should open. */
  modelsWanted = $state(0);
  /** What is open over the field. */
  panel = $state<Panel | null>(null);
  /** Putting in a stored prompt. */
  readonly choosing = new Choosing(this);
  protected readonly walk = new Recall(() => this.earlier);
  #walking: Promise<unknown> = Promise.resolve();
  /** Puts words in place of others as if they were typed, so that it can be undone; false where no field can. */
  onput: ((from: number, to: number, words: string) => boolean) | null = null;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  /** How its models are asked. */
  abstract readonly asking: Asking;
  /** `endpoint/model` that was chosen; `null` takes the default endpoint's. */
  abstract get model(): string | null;
  abstract choose(model: string | null): void;
  abstract send(): Promise<void>;
  protected abstract foresee(): Promise<ContextPreview>;
  /** What was said before. */
  protected abstract get earlier(): Earlier;

  /** Whether nothing can be sent from here. */
  get closed() {
    return false;
  }

  /** Keeps what is written, where it is to be kept. */
  async flush() {}

  /** Goes to a message of one's own before (-1) or after (1) the one in the field; false if the key is not for that. */
  recall(by: -1 | 1): boolean {
    if (!this.walk.walks(this.whole, by)) return false;
    const { id } = this.earlier;
    this.#walking = this.#walking.then(() => this.#walk(id, by));
    return true;
  }

  async #walk(id: string | null, by: -1 | 1) {
    const before = this.whole;
    if (!this.walk.walks(before, by)) return;
    const text = await failures.attempt(this.earlier.spot, () => this.walk.step(by), () => this.recall(by));
    // Whoever went elsewhere or wrote on meanwhile keeps what they have.
    if (text === null || id !== this.earlier.id || this.whole !== before) return;
    this.put(text);
    this.changed();
  }

  /** Everything that would be sent. */
  get whole() {
    return joined(this);
  }

  get written(): Written {
    return { text: this.text, folds: this.folds };
  }

  /** Whether nothing is written. */
  get blank() {
    return this.folds.length === 0 && this.text.trim() === '';
  }

  type(text: string) {
    this.choosing.typed(this.text, text);
    this.text = text;
    this.changed();
  }

  /** Puts more in at the caret, or in place of what is selected; a long text beside the field, and one that could not
      give back what was selected, unless that was `spent`. */
  insert(more: string, spent = false) {
    if (!this.admits(more)) return;
    const [from, to] = this.caret;
    const takes = from !== to && !spent && !typable(more);
    const long = takes || more.length >= FOLD_CHARS || this.text.length + more.length > FIELD_CHARS;
    if (!long || from !== to) this.#replace(from, to, long ? '' : more);
    if (long) this.fold(more);
  }

  #replace(from: number, to: number, words: string) {
    this.caret = [from + words.length, from + words.length];
    if (typable(words) && this.onput?.(from, to, words)) return;
    this.type(this.text.slice(0, from) + words + this.text.slice(to));
  }

  /** Takes in a long text beside the field. */
  fold(text: string) {
    this.folds = [...this.folds, fold(text)];
    this.changed();
  }

  /** Puts words of a message behind what is there, marked as a quotation, and asks for the focus. */
  quote(words: string) {
    const quoted = words.trim().split('\n').map((line) => `> ${line}`.trimEnd()).join('\n');
    if (!this.admits(quoted)) return;
    const before = this.text.trimEnd();
    if (before.length + quoted.length > FIELD_CHARS) this.fold(quoted);
    else this.#replace(before.length, this.text.length, `${before === '' ? '' : '\n\n'}${quoted}\n\n`);
    this.focusWanted += 1;
  }

  /** Takes a folded text out, with Undo. */
  takeOut(each: Fold) {
    const at = this.folds.indexOf(each);
    const back = this.way();
    this.#drop(each);
    toasts.add(t('toast.foldOut'), async () => {
      if (!(await back())) return toasts.add(t('toast.foldOut'));
      this.folds = this.folds.toSpliced(at, 0, each);
      this.changed();
    });
  }

  /** The way back to what is written here, from wherever one is by then; false where it cannot be gone. */
  protected way(): () => Promise<boolean> {
    return () => Promise.resolve(true);
  }

  #drop(gone: Fold) {
    this.folds = this.folds.filter((each) => each !== gone);
    this.changed();
  }

  /** Whether the field can hold a folded text, too. */
  fits(each: Fold) {
    return this.text.length + each.text.length + 2 <= FIELD_CHARS;
  }

  /** Puts a folded text into the field, behind what stands there. */
  unfold(each: Fold) {
    const { length } = this.text;
    if (this.text.trim() === '') this.#replace(0, length, each.text);
    else this.#replace(length, length, `\n\n${each.text}`);
    this.#drop(each);
    this.focusWanted += 1;
  }

  /** Whether so much more text can be taken in; if not, says so beside the field. */
  admits(more: string) {
    const bytes = byteLength(more) + byteLength(this.text) + this.folds.reduce((sum, each) => sum + each.bytes, 0);
    if (bytes <= MESSAGE_BYTES) return true;
    this.refused = bytes;
    return false;
  }

  /** What was sent goes; what was written after it stays. */
  protected takeAway(sent: Written) {
    const left = rest(this.written, sent);
    this.put(left.text);
    this.folds = left.folds;
  }

  /** Puts a text in place of what is there. */
  protected put(text: string) {
    const long = text.length > FIELD_CHARS;
    this.text = long ? '' : text;
    this.caret = [this.text.length, this.text.length];
    this.folds = long ? [fold(text)] : [];
    this.refused = null;
  }

  protected changed() {
    this.refused = null;
    this.look();
  }

  /** How long to wait for the next key before anything is done with what is written. */
  protected pause(usual: number) {
    return this.folds.length > 0 || this.text.length > 65_536 ? usual * 4 : usual;
  }

  /** Asks what the model would see, once the typing pauses. */
  look() {
    clearTimeout(this.#looking);
    const turn = ++this.#turn;
    this.#looking = setTimeout(() => void this.#look(turn), this.pause(PREVIEW_AFTER));
  }

  async #look(turn: number) {
    const [preview, unforeseen] = await this.foresee().then(
      (preview) => [preview, null] as const,
      (refusal: unknown) => [null, asError(refusal)] as const,
    );
    if (turn === this.#turn) Object.assign(this, { preview, unforeseen });
  }
}
