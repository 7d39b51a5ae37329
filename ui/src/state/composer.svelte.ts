// What is being written: the draft of each thread, the model it will go to, and sending it.
import type { Draft } from '../generated/Draft';
import { responses, threads, type Ask } from '../ipc';
import { endpoints } from './endpoints.svelte';
import { failures, type Spot } from './failures.svelte';
import { pane } from './pane.svelte';
import { settings } from './settings.svelte';
import { ThreadAsking } from './threadAsking.svelte';
import { Writing, type Fold } from './writing.svelte';

const SAVE_AFTER = 300;
const draftSpot = (thread: string | null): Spot => `draft:${thread ?? ''}`;
const nothing: Draft = { text: '', system: null, model: null };

class Composer extends Writing {
  readonly asking: ThreadAsking = new ThreadAsking(
    () => this.look(),
    () => this.#keep(),
  );
  #client = $state('');
  #thread: string | null = null;
  #model = $state<string | null>(null);
  #unsaved = false;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #stored: Promise<unknown> = Promise.resolve();
  /** What stood in the field and beside it in each thread that has folded texts. */
  #parts = new Map<string | null, { whole: string; text: string; folds: Fold[] }>();

  /** The client that a new thread will be for. */
  get client() {
    return this.#client;
  }

  set client(client: string) {
    if (client === this.#client) return;
    this.#client = client;
    if (this.#thread === null) void this.asking.load(client);
  }

  /** What was chosen for this thread, as long as there is such an endpoint. */
  get model() {
    return this.#model !== null && endpoints.knows(this.#model) ? this.#model : null;
  }

  /** Where the store can only be read, no message can be kept. */
  override get closed() {
    return settings.about?.readOnly ?? false;
  }

  choose(model: string | null) {
    if (model !== this.#model) this.#keep();
    this.#model = model;
    this.look();
  }

  protected override changed() {
    super.changed();
    this.#keep();
  }

  /** Saves the draft soon. */
  #keep() {
    if (this.closed) return;
    this.#unsaved = true;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => void this.flush(), this.pause(SAVE_AFTER));
  }

  /** Saves the draft now, if it has changed, and waits until it is stored. */
  override async flush() {
    clearTimeout(this.#saving);
    if (this.#unsaved) {
      this.#unsaved = false;
      const [id, draft] = [this.#thread, this.#draft];
      this.#stored = failures.attempt(draftSpot(id), () => threads.saveDraft(id, draft));
    }
    await Promise.all([this.#stored, this.asking.flush()]);
  }

  get #draft(): Draft {
    return { text: this.whole, system: this.asking.change, model: this.#model };
  }

  leave() {
    this.choosing.close();
    this.panel = null;
    if (this.folds.length > 0) this.#parts.set(this.#thread, { whole: this.whole, text: this.text, folds: this.folds });
    return this.flush();
  }

  enter(thread: string | null, draft: Draft) {
    this.#thread = thread;
    this.#model = draft.model;
    this.walk.reset();
    this.put(draft.text);
    this.#unfoldAsBefore(thread, draft.text);
    this.#unsaved = false;
    if (thread !== null) this.#client = '';
    this.focusWanted += 1;
    this.look();
    void this.asking.enter(thread, this.client, draft.system);
  }

  /** A draft is one text; what was folded of it when the thread was left is folded again. */
  #unfoldAsBefore(thread: string | null, text: string) {
    const before = this.#parts.get(thread);
    this.#parts.delete(thread);
    if (before?.whole !== text) return;
    this.text = before.text;
    this.folds = before.folds;
  }

  protected foresee() {
    const draft = [this.asking.unsaid, this.whole].filter((part) => part.trim() !== '').join('\n\n');
    if (this.#thread === null) return responses.previewBeginning(this.asking.options, this.model, draft);
    return responses.previewContext(this.#thread, this.model, draft);
  }

  protected get earlier() {
    const thread = this.#thread ?? '';
    return {
      id: this.#thread,
      length: pane.length,
      view: (place: number) => pane.view(place),
      fetch: (from: number, to: number) => threads.messageViews(thread, from, to),
      text: (messageId: string) => threads.messageText(thread, messageId),
      spot: 'composer:recall' as const,
    };
  }

  async send(): Promise<void> {
    if (this.sending || pane.stream !== null || this.whole === '') return;
    if (!this.admits('')) return;
    const [thread, text] = [this.#thread, this.whole];
    const ask: Ask = { thread, text, ...this.asking.ask() };
    if (this.model !== null) ask.model = this.model;
    if (thread === null && this.client.trim() !== '') ask.metadata = { client: this.client.trim() };
    this.sending = true;
    await this.asking.flush();
    const response = await failures.attempt('composer', () => responses.respond(ask), () => this.send());
    this.sending = false;
    if (response === null) return;
    this.asking.sent(thread);
    await this.#sent(thread, text, response.thread);
    if (this.#thread === thread) await pane.accepted(response);
    if (thread !== null && this.#thread === thread) await this.asking.load('');
  }

  /** The text is stored as a message now; the draft has done its work. The model that was chosen stays with the thread. */
  async #sent(thread: string | null, text: string, made: string | null) {
    const here = this.#thread === thread;
    if (here && this.whole === text) {
      clearTimeout(this.#saving);
      this.#unsaved = false;
      this.walk.reset();
      this.put('');
    }
    const left = here ? this.#draft : nothing;
    if (thread !== null) return failures.attempt(draftSpot(thread), () => threads.saveDraft(thread, left));
    await failures.attempt(draftSpot(null), () => threads.saveDraft(null, { ...left, model: null }));
    if (here) this.#model = null;
    if (made !== null && left.model !== null) await failures.attempt(draftSpot(made), () => threads.saveDraft(made, { ...nothing, model: left.model }));
  }
}

export const composer = new Composer();
