// What the model saw: the receipt of the reply that is looked at, and its request page by page.
import type { MessageView } from '../generated/MessageView';
import type { Receipt } from '../generated/Receipt';
import type { RequestPage } from '../generated/RequestPage';
import { receipts as ipc } from '../ipc';
import { failures } from './failures.svelte';
import { layout } from './layout.svelte';
import { pane } from './pane.svelte';
import { temporary } from './temporary.svelte';
import { t } from './words.svelte';

/** How far back the last reply is looked for. */
const NEAR = 30;

class Receipts {
  shown = $state.raw<Receipt | null>(null);
  page = $state.raw<RequestPage | null>(null);
  /** Whether it is yet to be brought into view. */
  wanted = $state(false);
  #chosen = $state.raw<{ place: unknown; response: string } | null>(null);
  #turn = 0;

  /** What is on show: the temporary chat, or a thread. */
  get #place() {
    return temporary.chat ?? pane;
  }

  get #id() {
    return temporary.chat ?? pane.id;
  }

  /** The last response of what is on show, running, failed, or a reply. */
  get last() {
    return this.#place.stream?.response ?? this.#place.failed?.response ?? lastReply()?.response ?? null;
  }

  /** The response that is looked at: the one that was chosen here, or the last. */
  get id() {
    const chosen = this.#chosen?.place === this.#id ? this.#chosen?.response : null;
    return chosen ?? this.last?.id ?? null;
  }

  /** Its receipt, once it is there. */
  get receipt() {
    return this.shown?.response === this.id ? this.shown : null;
  }

  /** The same, of a response that has ended. */
  get ended() {
    return this.#place.stream?.response.id === this.id ? null : this.receipt;
  }

  /** Changes whenever the receipt may have changed. */
  get state() {
    const { chat } = temporary;
    return chat ? `${this.id} ${chat.messages.length} ${chat.stream === null}` : `${this.id} ${pane.thread?.revision} ${pane.failed?.response.id}`;
  }

  /** Shows what the model saw for a reply, in the inspector. */
  choose(view: MessageView | null) {
    if (this.#id === null) return;
    this.#chosen = view?.response ? { place: this.#id, response: view.response.id } : null;
    if (!layout.inspector) layout.toggleInspector();
    this.wanted = true;
  }

  /** Back to the last one. */
  release() {
    this.#chosen = null;
  }

  async load(): Promise<void> {
    const { id } = this;
    const turn = ++this.#turn;
    const receipt = id === null ? null : await failures.attempt('receipt', () => ipc.get(id), () => this.load());
    if (turn === this.#turn) this.shown = receipt;
  }

  /** Fetches a page of a request; the one before stays until it is there. */
  async read(id: string, page: number): Promise<void> {
    if (this.page?.response !== id) this.page = null;
    const read = await failures.attempt('request', () => ipc.requestPage(id, page), () => this.read(id, page));
    if (read) this.page = read;
  }

  /** Copies the whole of it, and says so. */
  async copy(id: string, say: (said: string | null) => void): Promise<void> {
    const done = await failures.attempt('request:copy', async () => (await ipc.copyRequest(id), true), () => this.copy(id, say));
    say(done === null ? null : t('toast.copied'));
  }

  /** Saves the whole of it where the person says, and says where that is. */
  async save(id: string, say: (said: string | null) => void): Promise<void> {
    const path = await failures.attempt('request:save', () => ipc.saveRequest(id), () => this.save(id, say));
    say(path === null ? null : t('request.saved', { path }));
  }
}

/** The last message that came from a model, where it is near the end. */
function lastReply() {
  const { chat } = temporary;
  if (chat) return chat.messages.findLast((view) => view.response !== null);
  for (let at = pane.length; at > Math.max(0, pane.length - NEAR); at--) {
    const view = pane.view(at);
    if (view?.response) return view;
  }
  return null;
}

export const receipts = new Receipts();
