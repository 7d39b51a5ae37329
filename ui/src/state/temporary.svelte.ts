// The temporary chat: a chain of responses, in memory only. Nothing of it is kept, drafts included,
// unless the person asks for it to become a thread.
import type { ChainView } from '../generated/ChainView';
import type { FailedView } from '../generated/FailedView';
import type { MessageView } from '../generated/MessageView';
import type { Response } from '../generated/Response';
import { asking as threadAsking, chains, responses, type ChainAsk } from '../ipc';
import { copied } from './actions';
import { usual } from './asking.svelte';
import { ChatAsking } from './chatAsking.svelte';
import { composer } from './composer.svelte';
import { failures, threadSpot } from './failures.svelte';
import { folds } from './folds.svelte';
import { pane } from './pane.svelte';
import { sidebar } from './sidebar.svelte';
import { streams } from './streams.svelte';
import { toasts } from './toasts.svelte';
import { t, words } from './words.svelte';
import { Writing } from './writing.svelte';

/** The reply of a thread that a chat is about. */
export type Aside = { thread: string; title: string; view: MessageView; response: string };

/** One temporary chat: by itself, or aside from a reply. */
export class Chat extends Writing {
  readonly asking: ChatAsking = new ChatAsking(
    () => this.response !== null,
    () => this.look(),
  );
  messages = $state.raw<MessageView[]>([]);
  /** The last response: the next message goes on from it. */
  response = $state.raw<Response | null>(null);
  /** When the chain can no longer be gone on with. */
  expiresAt = $state<string | null>(null);
  stream = $derived(streams.of(this.response?.id ?? null));
  /** The last response, if it ended without a text. */
  failed = $state.raw<FailedView | null>(null);
  expired = $derived(this.expiresAt !== null && Date.parse(this.expiresAt) <= words.now);
  /** The place of the message that has the focus, or had it before a dialog opened. */
  focused = $state<number | null>(null);
  /** The message after or before that one is to get the focus. */
  stepWanted = $state<1 | -1 | null>(null);
  /** Grows when the end is to be shown. */
  endWanted = $state(0);
  #model = $state<string | null>(null);
  /** What was sent last, and what that went on from. */
  #asked: { ask: ChainAsk; previous: string | null } | null = null;

  constructor(readonly aside: Aside | null = null) {
    super();
  }

  get model() {
    return this.#model;
  }

  choose(model: string | null) {
    this.#model = model;
    this.look();
  }

  protected foresee() {
    const draft = [this.asking.along ?? '', this.whole].filter((part) => part.trim() !== '').join('\n\n');
    return chains.preview(this.#previous, this.asking.options, this.model, draft);
  }

  protected get earlier() {
    const last = this.response?.id ?? '';
    return {
      id: this.response === null ? null : 'chat',
      length: this.messages.length,
      view: (place: number) => this.messages[place - 1] ?? null,
      fetch: () => Promise.resolve([]),
      text: (messageId: string) => chains.text(last, messageId),
      spot: 'temporary:recall' as const,
    };
  }

  /** What the next message goes on from. */
  get #previous() {
    return this.response?.id ?? this.aside?.response ?? null;
  }

  /** While a reply runs nothing can follow it, so what would be seen stays as it was. */
  override look() {
    if (this.stream === null) super.look();
  }

  get length() {
    return this.messages.length;
  }

  get last() {
    return this.messages.at(-1) ?? null;
  }

  /** The message that a command is about: the one with the focus, or else the last. */
  get atHand() {
    return this.focused === null ? this.last : (this.messages[this.focused - 1] ?? null);
  }

  /** Whether its last reply can be asked for again. */
  get canRetry() {
    return this.stream === null && this.last?.message.role === 'assistant';
  }

  /** Whether there is nothing in it that anybody would miss. */
  get empty() {
    return this.response === null && this.whole === '';
  }

  async send(): Promise<void> {
    if (this.sending || this.stream !== null || this.whole === '' || !this.admits('')) return;
    const { written } = this;
    const ask = { text: this.whole, system: this.asking.along, model: this.model, options: this.asking.options };
    if (!(await this.#ask(ask, this.#previous, () => this.send()))) return;
    this.asking.sent();
    this.takeAway(written);
  }

  /** Asks for the last reply again. The new one takes its place: nothing is kept here. */
  async retry(): Promise<void> {
    if (this.#asked === null || this.stream !== null) return;
    const { ask, previous } = this.#asked;
    await this.#ask({ ...ask, model: this.model, options: this.asking.options }, previous, () => this.retry());
  }

  stop() {
    const running = this.stream?.response.id;
    if (running !== undefined) void failures.attempt('temporary:stop', () => responses.cancel(running));
  }

  async #ask(ask: ChainAsk, previous: string | null, again: () => unknown) {
    this.sending = true;
    const response = await failures.attempt('temporary', () => chains.respond(previous, ask), again);
    this.sending = false;
    if (response === null) return false;
    this.#asked = { ask, previous };
    this.response = response;
    this.failed = null;
    streams.start(response.id, response);
    await this.refresh();
    return true;
  }

  /** Fetches what has been said so far. */
  async refresh() {
    const asked = this.response?.id;
    if (asked === undefined) return;
    const view = await failures.attempt('temporary:open', () => chains.open(asked), () => this.refresh());
    if (view === null || this.response?.id !== asked) return;
    await this.#unfoldArrived(asked, view);
    if (this.response.id !== asked) return;
    for (const each of view.messages) folds.keep(this.messages[each.position - 1], each);
    this.messages = view.messages;
    this.failed = view.failed;
    this.expiresAt = view.expiresAt;
    streams.settle(asked, view.streaming);
    this.look();
  }

  /** A reply that was seen arriving does not fold under the eyes of its reader. */
  async #unfoldArrived(response: string, { messages, streaming }: ChainView) {
    const last = messages.at(-1);
    if (last && last.folded !== null && streaming === null && this.stream !== null) await folds.openInChain(response, last);
  }

  /** Shows all of a long message. */
  async openWhole(view: MessageView) {
    if (this.response !== null) await folds.openInChain(this.response.id, view);
  }

  async copy(messageId: string, plain: boolean) {
    const last = this.response?.id;
    if (last !== undefined && (await copied(() => chains.copyMessage(last, messageId, plain)))) toasts.add(t('toast.copied'));
  }

  /** Puts one of its messages into the field as a quotation. */
  async quoteMessage(messageId: string): Promise<void> {
    const last = this.response?.id;
    const again = () => this.quoteMessage(messageId);
    const text = last === undefined ? null : await failures.attempt('temporary:quote', () => chains.text(last, messageId), again);
    if (text !== null) this.quote(text);
  }

  /** Takes over what is written in another, and how that one asks. */
  takeOver({ text, folds, caret, asking, model }: Chat) {
    this.text = text;
    this.folds = folds;
    this.caret = caret;
    this.asking.put(asking.options);
    this.asking.tell(asking.told);
    this.choose(model);
  }

  /** Lets go of it, in Rust too. */
  forget() {
    this.stop();
    const last = this.response?.id;
    // What is gone already needs no words, and all of it goes by itself.
    if (last !== undefined) void chains.forget(last).catch(() => {});
  }
}

class Temporary {
  /** The chat on show, in place of a thread. */
  chat = $state.raw<Chat | null>(null);

  /** Begins a chat. One that is there already is left. */
  async begin() {
    if (this.chat?.empty) return void (this.chat.focusWanted += 1);
    await pane.fresh();
    this.#show(new Chat());
  }

  /** Begins a chat that goes on from a reply of the thread on show, beside it. */
  async aside(view: MessageView) {
    const { thread } = pane;
    if (thread === null || view.response === null) return;
    const aside = { thread: thread.id, title: thread.title ?? t('thread.untitled'), view, response: view.response.id };
    await pane.fresh();
    this.#show(new Chat(aside));
  }

  /** Begins the chat anew where its chain is gone. What is written, and how it asks, goes along. */
  async anew() {
    const { chat: gone } = this;
    if (gone === null) return this.begin();
    const chat = new Chat(gone.aside);
    chat.takeOver(gone);
    gone.forget();
    failures.clear(...failures.spots('temporary'));
    this.#show(chat);
  }

  /** Leaves the chat for where it was begun. */
  async back() {
    const aside = this.chat?.aside;
    await (aside ? pane.open(aside.thread, aside.view.message.id) : pane.fresh());
  }

  /** Leaves the chat without a question. It is there for as long as that can be undone. */
  leave() {
    const { chat } = this;
    this.chat = null;
    failures.clear(...failures.spots('temporary'));
    if (chat === null || chat.empty) return;
    toasts.add(t('toast.temporaryLeft'), () => void this.#back(chat), () => chat.forget());
  }

  async #back(chat: Chat) {
    await pane.fresh();
    this.#show(chat);
    await chat.refresh();
  }

  #show(chat: Chat) {
    this.chat = chat;
    chat.focusWanted += 1;
    chat.look();
  }

  /** Makes a thread of the chat, and goes there. */
  async keep(): Promise<void> {
    const { chat } = this;
    const last = chat?.response?.id;
    if (chat === null || last === undefined) return;
    const thread = await failures.attempt('temporary:keep', () => chains.keep(last), () => this.keep());
    if (thread === null || this.chat !== chat) return;
    const { options } = chat.asking;
    if (options !== usual) await failures.attempt(threadSpot(thread.id, 'options'), () => threadAsking.setOptions(thread.id, options));
    composer.adopt(thread.id, chat);
    this.chat = null;
    toasts.add(t('toast.temporaryKept'));
    await Promise.all([sidebar.refresh(), pane.open(thread.id)]);
  }

  /** A reply has ended. True if it was one of this chat. */
  async ended(id: string) {
    if (this.chat?.response?.id !== id) return false;
    await this.chat.refresh();
    return true;
  }
}

export const temporary = new Temporary();
