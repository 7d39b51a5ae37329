// Long work: how far it has come, and stopping it.
import type { Progress } from '../generated/Progress';
import { seals } from '../ipc';

let next = 1;

export class Job {
  progress = $state.raw<Progress>({ done: 0, total: 0 });
  stopping = $state(false);
  readonly id = `job-${next++}`;

  hear = (progress: Progress) => {
    this.progress = progress;
  };

  stop() {
    this.stopping = true;
    void seals.stopWork(this.id);
  }
}
