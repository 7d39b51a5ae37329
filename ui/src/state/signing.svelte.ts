// The key that seals are signed with: seen, replaced and used from here; its private half never.
import type { KeyView } from '../generated/KeyView';
import { seals as ipc } from '../ipc';
import { failures, type Spot } from './failures.svelte';
import { seals } from './seals.svelte';

class Signing {
  key = $state.raw<KeyView | null>(null);
  /** How many seals the last signing signed. */
  signed = $state<number | null>(null);
  busy = $state(false);

  async load(): Promise<void> {
    await this.#then('signing:key', () => ipc.key(), () => this.load());
  }

  async replace(): Promise<void> {
    if (await this.#then('signing:replace', () => ipc.replaceKey(), () => this.replace())) await seals.forget();
  }

  async signPending(): Promise<void> {
    this.signed = null;
    this.busy = true;
    this.signed = await failures.attempt('signing:pending', () => ipc.signPending(), () => this.signPending());
    this.busy = false;
    if (this.signed === null) return;
    await this.load();
    await seals.forget();
  }

  async #then(spot: Spot, work: () => Promise<KeyView>, again: () => unknown) {
    this.busy = true;
    const key = await failures.attempt(spot, work, again);
    this.busy = false;
    if (key) this.key = key;
    return key !== null;
  }
}

export const signing = new Signing();
