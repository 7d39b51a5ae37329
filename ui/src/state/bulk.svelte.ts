// Changes to many threads: one call each, with how far it has come, what was refused, and Undo.
import type { BulkChange } from '../generated/BulkChange';
import type { BulkReport } from '../generated/BulkReport';
import type { Chosen } from '../generated/Chosen';
import type { State } from '../generated/State';
import { bulk as ipc } from '../ipc';
import { composer } from './composer.svelte';
import { failures, type Spot } from './failures.svelte';
import { pane } from './pane.svelte';
import { selection } from './selection.svelte';
import { sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { count, type CountKey } from './words.svelte';
import { Job } from './work.svelte';

const brought: Record<State, CountKey> = { open: 'bulk.unlocked', locked: 'bulk.locked', archived: 'toast.archivedThreads' };

type About = {
  /** Where it is said that a change failed. */
  spot: Spot;
  /** What else is to be looked at again after each. */
  look: () => Promise<unknown>;
  /** What was chosen has been changed. */
  changed: () => void;
};

export class Bulk {
  job = $state.raw<Job | null>(null);
  /** What came of the last change, where it did not go through as a whole. */
  report = $state.raw<BulkReport | null>(null);
  #again: () => unknown = () => {};
  #about: About;

  constructor(about: About) {
    this.#about = about;
  }

  bring(chosen: Chosen, state: State) {
    return this.#change(chosen, { kind: 'state', state }, brought[state]);
  }

  pin(chosen: Chosen, pinned: boolean, words: CountKey = pinned ? 'bulk.pinned' : 'bulk.unpinned') {
    return this.#change(chosen, { kind: 'pin', pinned }, words);
  }

  /** Sets a metadata key; without a value it is removed. */
  set(chosen: Chosen, key: string, value: string | null) {
    const words = value === null ? 'bulk.taken' : 'bulk.set';
    return this.#change(chosen, { kind: 'metadata', patch: { [key]: value } }, words, { value: value ?? '' });
  }

  remove(chosen: Chosen) {
    return this.#change(chosen, { kind: 'delete' }, 'toast.binnedThreads');
  }

  putBack(chosen: Chosen) {
    return this.#change(chosen, { kind: 'undelete' }, 'bulk.putBack');
  }

  dismiss() {
    this.report = null;
  }

  /** Does again what came to an end before its end. */
  again() {
    this.#again();
  }

  async #change(chosen: Chosen, change: BulkChange, words: CountKey, figures: Record<string, string> = {}): Promise<void> {
    const report = await this.#run((job) => ipc.change(job.id, chosen, change, job.hear), () => this.#change(chosen, change, words, figures));
    if (report === null) return;
    this.#about.changed();
    const { undo } = report;
    const back = undo === null ? null : () => void this.#undo(undo);
    if (report.changed > 0) toasts.add(count(words, report.changed, figures), back);
  }

  async #undo(number: number): Promise<void> {
    const report = await this.#run((job) => ipc.undo(job.id, number, job.hear), () => this.#undo(number), 'window:undo');
    if (report !== null && report.changed > 0) toasts.add(count('bulk.undone', report.changed));
  }

  async #run(work: (job: Job) => Promise<BulkReport>, again: () => unknown, spot = this.#about.spot) {
    if (this.job !== null) return null;
    const job = new Job();
    this.job = job;
    this.report = null;
    await composer.flush();
    const report = await failures.attempt(spot, () => work(job), again);
    this.job = null;
    this.#again = again;
    if (report !== null && (report.refused > 0 || report.cancelled || report.failed !== null)) this.report = report;
    await Promise.all([sidebar.refresh(), pane.refresh(), this.#about.look()]);
    // What is in the bin now makes room.
    if (failures.at('thread')?.code === 'thread_deleted') await pane.fresh();
    return report;
  }
}

export const bulk = new Bulk({ spot: 'bulk', look: () => Promise.resolve(), changed: () => selection.clear() });
