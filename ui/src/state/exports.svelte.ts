// Exports: one at a time, with how far it has come, and what it left where.
import type { Exported } from '../generated/Exported';
import type { ExportFormat } from '../generated/ExportFormat';
import { exports as ipc, type Wanted } from '../ipc';
import { dialogs } from './dialogs.svelte';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { seals } from './seals.svelte';
import { Job } from './work.svelte';

class Exports {
  job = $state.raw<Job | null>(null);
  done = $state.raw<Exported | null>(null);
  /** Where the public key was saved. */
  keySaved = $state<string | null>(null);

  /** Asks where, then exports. */
  async start(wanted: Wanted, format: ExportFormat): Promise<void> {
    if (this.job !== null) return;
    const job = new Job();
    this.job = job;
    this.done = null;
    this.done = await failures.attempt('export', () => ipc.start(job.id, wanted, format, job.hear), () => this.start(wanted, format));
    this.job = null;
    pane.reloadHistory();
    // The lists are to say so too.
    for (const { threadId } of this.done?.refused ?? []) if (threadId !== null) void seals.check(threadId);
  }

  async savePublicKey(): Promise<void> {
    this.keySaved = await failures.attempt('public-key', () => ipc.publicKey(), () => this.savePublicKey());
  }

  async show(path: string) {
    await failures.attempt('folder', () => ipc.showInFolder(path));
  }

  dismiss() {
    this.done = null;
    failures.clear('export');
  }
}

export const exports = new Exports();

/** Asks how to export several threads that were chosen in the list. */
export function exportThreads(ids: string[]) {
  dialogs.show({ kind: 'export', threads: ids.map((id) => ({ id, title: null, state: 'open', client: null })) });
}
