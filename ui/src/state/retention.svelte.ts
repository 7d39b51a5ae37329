// Clean-up: which threads are due and why, what is done about them, and what the bin still holds.
import type { DueThread } from '../generated/DueThread';
import type { Retention } from '../generated/Retention';
import type { RetentionReport } from '../generated/RetentionReport';
import type { SidebarRow } from '../generated/SidebarRow';
import { retention as ipc, threads } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { settings } from './settings.svelte';
import { EVERYTHING, sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { count } from './words.svelte';

const PAGE = 100;
/** How long the bin keeps a thread. */
const BIN_DAYS = 30;
const DAY = 86_400_000;
const BIN = { ...EVERYTHING, deleted: true };

class RetentionState {
  due = $state.raw<DueThread[]>([]);
  /** Whether more are due than were fetched. */
  more = $state(false);
  bin = $state.raw<SidebarRow[]>([]);
  inBin = $state(0);
  /** What was cleaned up, until the person has seen it. */
  notice = $state.raw<RetentionReport | null>(null);
  /** How far an action on many threads has come. */
  progress = $state.raw<{ done: number; of: number } | null>(null);
  #next: string | null = null;
  #cancelled = false;

  /** Looks once the window is up, and whenever a clean-up has run. */
  async watch() {
    const look = () => Promise.all([this.load(), this.loadNotice()]);
    await ipc.onCleaned(() => void look());
    await look();
  }

  async load() {
    const page = await failures.attempt('due', () => ipc.due(null, PAGE));
    if (page === null) return;
    this.due = page.data;
    this.more = page.hasMore;
    this.#next = page.lastId;
  }

  /** Fetches the next page; false if there is none, or it could not be had. */
  async loadMore() {
    if (!this.more) return false;
    const page = await failures.attempt('due', () => ipc.due(this.#next, PAGE));
    if (page === null) return false;
    this.due = [...this.due, ...page.data];
    this.more = page.hasMore;
    this.#next = page.lastId;
    return true;
  }

  async loadBin() {
    const page = await failures.attempt('due', () => threads.sidebar(BIN, 0, PAGE));
    if (page === null) return;
    this.bin = page.rows;
    this.inBin = page.total;
  }

  async loadNotice() {
    this.notice = await ipc.notice().catch(() => null);
  }

  dismiss() {
    this.notice = null;
    void ipc.dismissNotice().catch(() => {});
  }

  async change(change: Partial<Retention>) {
    await settings.change({ retention: { ...settings.all.retention, ...change } });
    await this.load();
  }

  /** Keeps threads: what is pinned is never cleaned up. */
  async keep(ids: string[]) {
    const kept = await this.#each(ids, (id) => threads.pin(id, true));
    if (kept.length > 0) toasts.add(count('toast.keptThreads', kept.length), () => void this.#each(kept, (id) => threads.pin(id, false)));
  }

  async archive(ids: string[]) {
    const archived = await this.#each(ids, (id) => threads.setState(id, 'archived'));
    if (archived.length > 0) toasts.add(count('toast.archivedThreads', archived.length));
  }

  async remove(ids: string[]) {
    const binned = await this.#each(ids, (id) => threads.delete(id));
    if (binned.length > 0) toasts.add(count('toast.binnedThreads', binned.length), () => void this.putBack(binned));
  }

  async putBack(ids: string[]) {
    await this.#each(ids, (id) => threads.undelete(id));
  }

  async emptyBin() {
    const erased = await failures.attempt('retention', () => ipc.emptyBin(true));
    await this.#look([]);
    if (erased !== null) toasts.add(count('toast.erasedThreads', erased));
  }

  /** The day from which on the bin erases a thread. */
  goesOn(deletedAt: string) {
    return new Date(Date.parse(deletedAt) + BIN_DAYS * DAY).toISOString();
  }

  /** Stops an action on many threads after the one it is at. */
  cancel() {
    this.#cancelled = true;
  }

  /** Does something to one thread after another, up to the first that is refused. */
  async #each(ids: string[], work: (id: string) => Promise<unknown>) {
    const done: string[] = [];
    this.#cancelled = false;
    for (const id of ids) {
      this.progress = ids.length > 1 ? { done: done.length, of: ids.length } : null;
      const worked = await failures.attempt('retention', async () => (await work(id), true));
      if (worked === null) break;
      done.push(id);
      if (this.#cancelled) break;
    }
    this.progress = null;
    await this.#look(ids);
    return done;
  }

  async #look(ids: string[]) {
    const shown = pane.id !== null && ids.includes(pane.id);
    await Promise.all([this.load(), this.loadBin(), sidebar.refresh(), shown ? pane.refresh() : null]);
  }
}

export const retention = new RetentionState();
