// What is being written: the draft of each thread, the model it will go to, and sending it.
import { responses, threads, type Ask } from '../ipc';
import { Asking } from './asking.svelte';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { Recall } from './recall';
import { Writing, type Fold } from './writing.svelte';

const SAVE_AFTER = 300;

class Composer extends Writing {
  /** How the thread asks its models. */
  readonly asking = new Asking(() => this.look());
  #client = $state('');
  #thread: string | null = null;
  #models = $state<Record<string, string>>({});
  #unsaved = false;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #stored: Promise<unknown> = Promise.resolve();
  /** What stood in the field and beside it in each thread that has folded texts. */
  #parts = new Map<string | null, { whole: string; text: string; folds: Fold[] }>();
  #recall = new Recall();
  #walking: Promise<unknown> = Promise.resolve();

  /** The client that a new thread will be for. */
  get client() {
    return this.#client;
  }

  set client(client: string) {
    if (client === this.#client) return;
    this.#client = client;
    if (this.#thread === null) void this.asking.load(client);
  }

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
    this.#saving = setTimeout(() => void this.flush(), this.pause(SAVE_AFTER));
  }

  /** Saves the draft now, if it has changed, and waits until it is stored. */
  override async flush() {
    clearTimeout(this.#saving);
    if (this.#unsaved) {
      this.#unsaved = false;
      const [id, text] = [this.#thread, this.whole];
      this.#stored = failures.attempt('draft', () => threads.saveDraft(id, text));
    }
    await Promise.all([this.#stored, this.asking.flush()]);
  }

  leave() {
    this.choosing.close();
    this.panel = null;
    if (this.folds.length > 0) this.#parts.set(this.#thread, { whole: this.whole, text: this.text, folds: this.folds });
    return this.flush();
  }

  enter(thread: string | null, draft: string) {
    this.#thread = thread;
    this.#recall.reset();
    this.put(draft);
    this.#unfoldAsBefore(thread, draft);
    this.#unsaved = false;
    if (thread !== null) this.#client = '';
    this.focusWanted += 1;
    this.look();
    void this.asking.enter(thread, this.client);
  }

  /** A draft is one text; what was folded of it when the thread was left is folded again. */
  #unfoldAsBefore(thread: string | null, draft: string) {
    const before = this.#parts.get(thread);
    this.#parts.delete(thread);
    if (before?.whole !== draft) return;
    this.text = before.text;
    this.folds = before.folds;
  }

  protected foresee() {
    const draft = [this.asking.unsaid, this.whole].filter((part) => part.trim() !== '').join('\n\n');
    if (this.#thread === null) return responses.previewBeginning(this.asking.options, this.model, draft);
    return responses.previewContext(this.#thread, this.model, draft);
  }

  override recall(by: -1 | 1) {
    const { whole } = this;
    if (!this.#recall.walks(whole, by)) return false;
    this.#walking = this.#walking.then(() => this.#walk(this.#thread, by));
    return true;
  }

  async #walk(thread: string | null, by: -1 | 1) {
    const before = this.whole;
    if (!this.#recall.walks(before, by)) return;
    const text = await failures.attempt('composer', () => this.#recall.step(by));
    // Whoever went elsewhere or wrote on meanwhile keeps what they have.
    if (text === null || thread !== this.#thread || this.whole !== before) return;
    this.put(text);
    this.changed();
  }

  async send() {
    if (this.sending || pane.stream !== null || this.whole === '') return;
    if (!this.admits('')) return;
    const [thread, text] = [this.#thread, this.whole];
    const ask: Ask = { thread, text, ...this.asking.along() };
    if (this.model !== null) ask.model = this.model;
    if (thread === null && this.client.trim() !== '') ask.metadata = { client: this.client.trim() };
    this.sending = true;
    await this.asking.flush();
    const response = await failures.attempt('composer', () => responses.respond(ask));
    this.sending = false;
    if (response === null) return;
    this.asking.sent(thread);
    await this.#sent(thread, text);
    if (this.#thread === thread) await pane.accepted(response);
    if (thread !== null && this.#thread === thread) await this.asking.load('');
  }

  /** The text is stored as a message now; the draft has done its work. */
  async #sent(thread: string | null, text: string) {
    if (this.#thread === thread && this.whole === text) {
      clearTimeout(this.#saving);
      this.#unsaved = false;
      this.#recall.reset();
      this.put('');
    }
    await failures.attempt('draft', () => threads.saveDraft(thread, this.#thread === thread ? this.whole : ''));
  }
}

export const composer = new Composer();
