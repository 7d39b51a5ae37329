// Clean-up: which threads are due and why, what is done about them, and what the bin still holds.
import type { Chosen } from '../generated/Chosen';
import type { DueThread } from '../generated/DueThread';
import type { Retention } from '../generated/Retention';
import type { RetentionReport } from '../generated/RetentionReport';
import type { SidebarRow } from '../generated/SidebarRow';
import { retention as ipc, threads } from '../ipc';
import { Bulk } from './bulk.svelte';
import { failures } from './failures.svelte';
import { settings } from './settings.svelte';
import { EVERYTHING, sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { count } from './words.svelte';

const PAGE = 100;
/** How long the bin keeps a thread. */
const BIN_DAYS = 30;
const DAY = 86_400_000;
const BIN = { ...EVERYTHING, deleted: true };

const these = (ids: string[]): Chosen => ({ kind: 'these', ids });

class RetentionState {
  due = $state.raw<DueThread[]>([]);
  /** Whether what is due was fetched, and the bin. */
  loaded = $state(false);
  binLoaded = $state(false);
  /** Whether more are due than were fetched. */
  more = $state(false);
  bin = $state.raw<SidebarRow[]>([]);
  inBin = $state(0);
  /** What was cleaned up, until the person has seen it. */
  notice = $state.raw<RetentionReport | null>(null);
  /** What is done to some of the threads. */
  readonly changes = new Bulk({ spot: 'retention', look: () => this.loadAll(), changed: () => {} });
  /** How many threads are being erased, while the bin is emptied. */
  emptying = $state(0);
  #next: string | null = null;
  /** How much of the bin is shown. */
  #binWanted = PAGE;
  #page: Promise<boolean> | null = null;

  /** Looks once the window is up, and whenever a clean-up has run. */
  async watch() {
    const look = () => Promise.all([this.load(), this.loadNotice()]);
    await ipc.onCleaned(() => void look());
    await look();
  }

  async load(): Promise<void> {
    const page = await failures.attempt('due', () => ipc.due(null, PAGE), () => this.load());
    if (page === null) return;
    this.due = page.data;
    this.more = page.hasMore;
    this.#next = page.lastId;
    this.loaded = true;
    failures.clear('due:more');
  }

  /** Fetches the next page; false if there is none, or it could not be had. */
  loadMore(): Promise<boolean> {
    return (this.#page ??= this.#loadMore().finally(() => (this.#page = null)));
  }

  async #loadMore(): Promise<boolean> {
    if (!this.more) return false;
    const page = await failures.attempt('due:more', () => ipc.due(this.#next, PAGE), () => this.loadMore());
    if (page === null) return false;
    this.due = [...this.due, ...page.data];
    this.more = page.hasMore;
    this.#next = page.lastId;
    return true;
  }

  async loadBin(): Promise<void> {
    const page = await failures.attempt('bin', () => threads.sidebar(BIN, 0, this.#binWanted), () => this.loadBin());
    if (page === null) return;
    this.bin = page.rows;
    this.inBin = page.total;
    this.binLoaded = true;
  }

  /** Shows the next threads of the bin, too. */
  moreOfBin() {
    this.#binWanted = this.bin.length + PAGE;
    return this.loadBin();
  }

  async loadAll() {
    await Promise.all([this.load(), this.loadBin()]);
  }

  async loadNotice(): Promise<void> {
    this.notice = await failures.attempt('notice', () => ipc.notice(), () => this.loadNotice());
  }

  async dismiss(): Promise<void> {
    this.notice = null;
    await failures.attempt('notice:dismiss', () => ipc.dismissNotice());
  }

  async change(change: Partial<Retention>) {
    await settings.change({ retention: change });
    await this.load();
  }

  /** Keeps threads: what is pinned is never cleaned up. */
  keep = (ids: string[]) => this.changes.pin(these(ids), true, 'toast.keptThreads');

  archive = (ids: string[]) => this.changes.bring(these(ids), 'archived');

  remove = (ids: string[]) => this.changes.remove(these(ids));

  putBack = (ids: string[]) => this.changes.putBack(these(ids));

  async emptyBin(): Promise<void> {
    if (this.emptying > 0) return;
    this.emptying = this.inBin;
    const erased = await failures.attempt('bin:empty', () => ipc.emptyBin(true), () => this.emptyBin());
    await Promise.all([this.loadAll(), sidebar.refresh()]);
    this.emptying = 0;
    if (erased !== null) toasts.add(count('toast.erasedThreads', erased));
  }

  /** The day from which on the bin erases a thread. */
  goesOn(deletedAt: string) {
    return new Date(Date.parse(deletedAt) + BIN_DAYS * DAY).toISOString();
  }
}

export const retention = new RetentionState();
