// Seals: what checking them found, one thread at a time or all.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { SealView } from '../generated/SealView';
import type { Thread } from '../generated/Thread';
import type { Verification } from '../generated/Verification';
import type { Verified } from '../generated/Verified';
import { seals as ipc } from '../ipc';
import { failures, threadSpot, type Spot } from './failures.svelte';
import { pane } from './pane.svelte';
import { sidebar } from './sidebar.svelte';
import { Job } from './work.svelte';

class Seals {
  /** The check of all that is running. */
  job = $state.raw<Job | null>(null);
  /** What the last check of all found. */
  all = $state.raw<Verified | null>(null);
  #found = new SvelteMap<string, Verification>();
  #views = new SvelteMap<string, SealView>();
  #checking = new SvelteSet<string>();

  /** What checking a thread's present seal found in this window. */
  of(thread: Thread) {
    const found = this.#found.get(thread.id);
    return found && found.digest === (thread.seal?.digest ?? null) ? found : null;
  }

  view(thread: Thread) {
    const view = this.#views.get(thread.id);
    return view && view.digest === thread.seal?.digest ? view : null;
  }

  checking(id: string) {
    return this.#checking.has(id);
  }

  async check(id: string): Promise<void> {
    if (this.#checking.has(id)) return;
    this.#checking.add(id);
    const spot: Spot = pane.id === id ? `seal:${id}` : threadSpot(id, 'seal');
    const found = await failures.attempt(spot, () => ipc.verify(id), () => this.check(id));
    this.#checking.delete(id);
    if (found === null) return;
    this.#found.set(id, found);
    await this.#look(id);
  }

  async load(id: string): Promise<void> {
    const view = await failures.attempt(`sealed:${id}`, () => ipc.get(id), () => this.load(id));
    if (view) this.#views.set(id, view);
  }

  async checkAll(): Promise<void> {
    if (this.job !== null) return;
    const job = new Job();
    this.job = job;
    this.all = null;
    const all = await failures.attempt('verify-all', () => ipc.verifyAll(job.id, job.hear), () => this.checkAll());
    this.job = null;
    if (all === null) return;
    this.all = all;
    for (const found of all.troubles) if (found.threadId !== null) this.#found.set(found.threadId, found);
    await this.#look(pane.id);
  }

  /** Forgets what was found: the seals were signed, or the key is another. */
  async forget() {
    this.#found.clear();
    this.#views.clear();
    await this.#look(pane.id);
    if (pane.thread && pane.thread.state !== 'open') await this.check(pane.thread.id);
  }

  async #look(id: string | null) {
    await Promise.all([sidebar.refresh(), id !== null && pane.id === id ? this.load(id) : null]);
  }
}

export const seals = new Seals();
