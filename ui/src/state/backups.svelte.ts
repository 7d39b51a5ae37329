// Backups: making one, when the last was made, and going back to one.
import type { Backup } from '../generated/Backup';
import type { BackupFile } from '../generated/BackupFile';
import type { Restored } from '../generated/Restored';
import { backups as ipc } from '../ipc';
import { dialogs } from './dialogs.svelte';
import { failures } from './failures.svelte';
import { Job } from './work.svelte';

class Backups {
  job = $state.raw<Job | null>(null);
  /** The one that was made now. */
  made = $state.raw<Backup | null>(null);
  stopped = $state(false);
  last = $state.raw<Backup | null>(null);
  loaded = $state(false);
  /** Looking at a backup, or making it ready. */
  restoring = $state.raw<Job | null>(null);
  /** The backup that was chosen and found whole. */
  chosen = $state.raw<BackupFile | null>(null);
  /** The window is about to close, and to open again. */
  leaving = $state(false);
  /** What came of going back to a backup when this window opened. */
  restored = $state.raw<Restored | null>(null);

  async load(): Promise<void> {
    const last = await failures.attempt('backup:last', async () => ({ backup: await ipc.last() }), () => this.load());
    if (last === null) return;
    this.last = last.backup;
    this.loaded = true;
  }

  get busy() {
    return this.job !== null || this.restoring !== null || this.leaving;
  }

  /** Asks where, then backs up. */
  async make(): Promise<void> {
    if (this.busy) return;
    const job = new Job();
    this.job = job;
    this.made = null;
    this.stopped = false;
    const done = await failures.attempt('backup', () => ipc.make(job.id, job.hear), () => this.make());
    this.job = null;
    this.made = done?.backup ?? null;
    this.stopped = done?.cancelled ?? false;
    await this.load();
  }

  /** Asks which, then looks at it. */
  async choose(): Promise<void> {
    if (this.busy) return;
    this.chosen = null;
    this.restored = null;
    this.chosen = await this.#with((job) => ipc.choose(job.id), () => this.choose());
  }

  /** Makes the chosen one ready; the program then starts again with it. */
  async restore(): Promise<void> {
    if (this.busy) return;
    if (await this.#with((job) => ipc.restore(job.id, job.hear), () => this.restore())) this.leaving = true;
  }

  /** Says what came of it, if this start is one with a backup. */
  async arrive(): Promise<void> {
    this.restored = await failures.attempt('window:restored', () => ipc.restored(), () => this.arrive());
    if (this.restored !== null) dialogs.settings('backup');
  }

  async #with<T>(work: (job: Job) => Promise<T>, again: () => unknown): Promise<T | null> {
    const job = new Job();
    this.restoring = job;
    const done = await failures.attempt('restore', () => work(job), again);
    this.restoring = null;
    return done;
  }
}

export const backups = new Backups();
