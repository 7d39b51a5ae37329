// What the model saw: the receipt of the reply that is looked at, and its request page by page.
import type { MessageView } from '../generated/MessageView';
import type { Receipt } from '../generated/Receipt';
import type { RequestPage } from '../generated/RequestPage';
import { receipts as ipc } from '../ipc';
import { failures } from './failures.svelte';
import { layout } from './layout.svelte';
import { pane } from './pane.svelte';
import { t } from './words.svelte';

/** How far back the last reply is looked for. */
const NEAR = 30;

class Receipts {
  shown = $state.raw<Receipt | null>(null);
  page = $state.raw<RequestPage | null>(null);
  /** Whether it is yet to be brought into view. */
  wanted = $state(false);
  #chosen = $state.raw<{ thread: string; response: string } | null>(null);
  #turn = 0;

  /** The last response of the thread on show, running, failed, or a reply. */
  get last() {
    return pane.stream?.response ?? pane.failed ?? lastReply()?.response ?? null;
  }

  /** The response that is looked at: the one that was chosen in this thread, or the last. */
  get id() {
    const chosen = this.#chosen?.thread === pane.id ? this.#chosen.response : null;
    return chosen ?? this.last?.id ?? null;
  }

  /** Shows what the model saw for a reply, in the inspector. */
  choose(view: MessageView | null) {
    if (pane.id === null) return;
    this.#chosen = view?.response ? { thread: pane.id, response: view.response.id } : null;
    if (!layout.inspector) layout.toggleInspector();
    this.wanted = true;
  }

  /** Back to the last one. */
  release() {
    this.#chosen = null;
  }

  async load() {
    const { id } = this;
    const turn = ++this.#turn;
    const receipt = id === null ? null : await failures.attempt('receipt', () => ipc.get(id));
    if (turn === this.#turn) this.shown = receipt;
  }

  /** Fetches a page of a request; the one before stays until it is there. */
  async read(id: string, page: number) {
    if (this.page?.response !== id) this.page = null;
    const read = await failures.attempt('request', () => ipc.requestPage(id, page));
    if (read) this.page = read;
  }

  /** Copies the whole of it; what was done, in words. */
  async copy(id: string) {
    const done = await failures.attempt('request', async () => (await ipc.copyRequest(id), true));
    return done === null ? null : t('toast.copied');
  }

  /** Saves the whole of it where the person says; what was done, in words. */
  async save(id: string) {
    const path = await failures.attempt('request', () => ipc.saveRequest(id));
    return path === null ? null : t('request.saved', { path });
  }
}

/** The last message that came from a model, where it is near the end. */
function lastReply() {
  for (let at = pane.length; at > Math.max(0, pane.length - NEAR); at--) {
    const view = pane.view(at);
    if (view?.response) return view;
  }
  return null;
}

export const receipts = new Receipts();
