// What is being written: the draft of each thread, the model it will go to, and sending it.
import type { Draft } from '../generated/Draft';
import type { Response } from '../generated/Response';
import { responses, threads, type Ask } from '../ipc';
import { drafts } from './drafts';
import { endpoints } from './endpoints.svelte';
import { failures, threadSpot, type Spot } from './failures.svelte';
import { pane } from './pane.svelte';
import { settings } from './settings.svelte';
import { ThreadAsking } from './threadAsking.svelte';
import { joined, rest, Writing, type Written } from './writing.svelte';

const SAVE_AFTER = 300;
/** A message on its way: from which thread, what it was written with, and where the window was. */
type Sending = { thread: string | null; ask: Ask; written: Written; place: number };
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
  /** What stood in the field and beside it in each thread that has folded texts. */
  #parts = new Map<string | null, Written>();
  /** Threads with a message on its way. */
  #sends = new Set<string | null>();

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
    this.#hold();
    await Promise.all([drafts.store(), this.asking.flush()]);
  }

  /** Hands over what was written since it was last stored. */
  #hold() {
    clearTimeout(this.#saving);
    if (this.#unsaved) drafts.hold(this.#thread, this.#draft);
    this.#unsaved = false;
    if (this.folds.length > 0) this.#parts.set(this.#thread, this.written);
    else this.#parts.delete(this.#thread);
  }

  get #draft(): Draft {
    return { text: this.whole, system: this.asking.change, model: this.#model };
  }

  leave() {
    this.choosing.close();
    this.panel = null;
    return this.flush();
  }

  enter(thread: string | null, stored: Draft) {
    // Whoever wrote on while this was on its way loses nothing of it.
    if (this.#unsaved) void this.flush();
    const draft = drafts.held(thread) ?? stored;
    this.#thread = thread;
    this.#model = draft.model;
    this.walk.reset();
    this.put(draft.text);
    this.#unfoldAsBefore(thread, draft.text);
    this.sending = this.#sends.has(thread);
    if (thread !== null) this.#client = '';
    this.focusWanted += 1;
    this.look();
    void this.asking.enter(thread, this.client, draft.system);
  }

  /** Takes over what was written elsewhere as the draft of a thread. */
  adopt(thread: string, { written, asking, model }: Writing) {
    const text = joined(written);
    if (text === '' && asking.change === null && model === null) return;
    if (written.folds.length > 0) this.#parts.set(thread, written);
    drafts.hold(thread, { text, system: asking.change, model });
  }

  protected override way() {
    const thread = this.#thread;
    return async () => {
      if (this.#thread !== thread) await (thread === null ? pane.fresh() : pane.open(thread));
      return this.#thread === thread;
    };
  }

  /** A draft is one text; what was folded of it when the thread was left is folded again. */
  #unfoldAsBefore(thread: string | null, text: string) {
    const before = this.#parts.get(thread);
    this.#parts.delete(thread);
    if (before === undefined || joined(before) !== text) return;
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
    await this.#send({ thread, ask, written: this.written, place: pane.place });
  }

  async #send(sending: Sending): Promise<void> {
    const { thread, ask } = sending;
    if (this.#sends.has(thread)) return;
    this.#mark(thread, true);
    await this.asking.flush();
    const response = await responses.respond(ask).catch((refusal: unknown) => void this.#refused(sending, refusal));
    this.#mark(thread, false);
    if (response) await this.#accepted(sending, response);
  }

  #mark(thread: string | null, sending: boolean) {
    if (sending) this.#sends.add(thread);
    else this.#sends.delete(thread);
    if (this.#thread === thread) this.sending = sending;
  }

  /** Says so in the composer that it was written in; from elsewhere it is sent again just as it was. */
  #refused(sending: Sending, refusal: unknown) {
    const { thread } = sending;
    if (this.#thread === thread) failures.put('composer', refusal, () => this.send());
    else failures.put(awaySpot(thread), refusal, () => this.#send(sending));
  }

  /** The text is stored as a message now; the draft has done its work. */
  async #accepted({ thread, ask, written, place }: Sending, response: Response) {
    failures.clear(awaySpot(thread), ...(this.#thread === thread ? (['composer'] as const) : []));
    this.asking.sent(thread);
    if (this.#thread === thread) this.#sentHere(written, thread === null && place === pane.place ? response.thread : null);
    else await this.#sentElsewhere({ thread, ask, written }, response.thread);
    await drafts.store();
    await pane.accepted(response, place);
    if (thread !== null && this.#thread === thread) await this.asking.load('');
  }

  /** What was written after it stays, and goes along into the thread that it made, as the model does that was chosen. */
  #sentHere(written: Written, made: string | null) {
    clearTimeout(this.#saving);
    this.#unsaved = false;
    this.walk.reset();
    this.takeAway(written);
    if (made !== null) {
      this.adopt(made, this);
      this.put('');
      this.#model = null;
    }
    drafts.hold(this.#thread, this.#draft);
  }

  async #sentElsewhere({ thread, ask, written }: Omit<Sending, 'place'>, made: string | null) {
    const stored = drafts.held(thread) ?? (await failures.attempt(awaySpot(thread), () => threads.draft(thread)));
    if (stored === null) return;
    const parts = this.#parts.get(thread);
    const now = parts && joined(parts) === stored.text ? parts : { text: stored.text, folds: [] };
    const left = stored.text === ask.text ? { text: '', folds: [] } : rest(now, written);
    if (parts) this.#parts.set(thread, left);
    const { model } = stored;
    const told = ask.system ?? (ask.withoutPrompt ? '' : null);
    if (thread === null && made !== null && model !== null) drafts.hold(made, { ...nothing, model });
    drafts.hold(thread, { text: joined(left), system: stored.system === told ? null : stored.system, model: thread === null ? null : model });
  }
}

/** Where it is said that a message of a thread was not accepted, once the person is elsewhere. */
const awaySpot = (thread: string | null): Spot => (thread === null ? 'window:send' : threadSpot(thread, 'send'));

export const composer = new Composer();
