// Long work: how far it has come, and stopping it.
import type { Progress } from '../generated/Progress';
import { seals } from '../ipc';
import { failures } from './failures.svelte';

let next = 1;

export class Job {
  progress = $state.raw<Progress>({ done: 0, total: 0 });
  stopping = $state(false);
  readonly id = `job-${next++}`;

  hear = (progress: Progress) => {
    this.progress = progress;
  };

  async stop(): Promise<void> {
    this.stopping = true;
    const told = await failures.attempt('stop', async () => (await seals.stopWork(this.id), true), () => this.stop());
    if (told === null) this.stopping = false;
  }
}
