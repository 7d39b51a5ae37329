// Clean-up: which threads are due and why, what is done about them, and what the bin still holds.
import type { BulkChange } from '../generated/BulkChange';
import type { BulkReport } from '../generated/BulkReport';
import type { DueThread } from '../generated/DueThread';
import type { Retention } from '../generated/Retention';
import type { RetentionReport } from '../generated/RetentionReport';
import type { SidebarRow } from '../generated/SidebarRow';
import { bulk, retention as ipc, threads } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { settings } from './settings.svelte';
import { EVERYTHING, sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { count, type CountKey } from './words.svelte';
import { Job } from './work.svelte';

const PAGE = 100;
/** How long the bin keeps a thread. */
const BIN_DAYS = 30;
const DAY = 86_400_000;
const BIN = { ...EVERYTHING, deleted: true };

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
  /** The change to some threads that is running. */
  job = $state.raw<Job | null>(null);
  /** What came of the last one, where it did not go through as a whole. */
  report = $state.raw<BulkReport | null>(null);
  /** How many threads are being erased, while the bin is emptied. */
  emptying = $state(0);
  #next: string | null = null;
  /** How much of the bin is shown. */
  #binWanted = PAGE;
  #again = () => {};

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
  async loadMore(): Promise<boolean> {
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
  keep(ids: string[]) {
    return this.#change(ids, { kind: 'pin', pinned: true }, 'toast.keptThreads');
  }

  archive(ids: string[]) {
    return this.#change(ids, { kind: 'state', state: 'archived' }, 'toast.archivedThreads');
  }

  remove(ids: string[]) {
    return this.#change(ids, { kind: 'delete' }, 'toast.binnedThreads');
  }

  putBack(ids: string[]) {
    return this.#change(ids, { kind: 'undelete' }, 'bulk.putBack');
  }

  async emptyBin(): Promise<void> {
    if (this.emptying > 0) return;
    this.emptying = this.inBin;
    const erased = await failures.attempt('bin:empty', () => ipc.emptyBin(true), () => this.emptyBin());
    await this.#look([]);
    this.emptying = 0;
    if (erased !== null) toasts.add(count('toast.erasedThreads', erased));
  }

  /** Does again what came to an end before its end. */
  again() {
    this.#again();
  }

  dismissReport() {
    this.report = null;
  }

  /** The day from which on the bin erases a thread. */
  goesOn(deletedAt: string) {
    return new Date(Date.parse(deletedAt) + BIN_DAYS * DAY).toISOString();
  }

  /** Does something to some threads: one that is refused does not keep the others from it. */
  async #change(ids: string[], change: BulkChange, words: CountKey): Promise<void> {
    const again = () => this.#change(ids, change, words);
    const report = await this.#run(ids, (job) => bulk.change(job.id, { kind: 'these', ids }, change, job.hear), again);
    if (report === null || report.changed === 0) return;
    const { undo } = report;
    toasts.add(count(words, report.changed), undo === null ? null : () => void this.#undo(undo, ids));
  }

  async #undo(undo: number, ids: string[]): Promise<void> {
    await this.#run(ids, (job) => bulk.undo(job.id, undo, job.hear), () => this.#undo(undo, ids));
  }

  async #run(ids: string[], work: (job: Job) => Promise<BulkReport>, again: () => Promise<void>) {
    if (this.job !== null) return null;
    const job = new Job();
    this.job = job;
    this.report = null;
    const report = await failures.attempt('retention', () => work(job), again);
    this.job = null;
    this.#again = () => void again();
    if (report !== null && (report.refused > 0 || report.cancelled || report.failed !== null)) this.report = report;
    await this.#look(ids);
    return report;
  }

  async #look(ids: string[]) {
    const shown = pane.id !== null && ids.includes(pane.id);
    await Promise.all([this.loadAll(), sidebar.refresh(), shown ? pane.refresh() : null]);
  }
}

export const retention = new RetentionState();
