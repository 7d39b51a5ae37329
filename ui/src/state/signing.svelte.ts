// The key that seals are signed with: seen, replaced and used from here; its private half never.
import type { KeyView } from '../generated/KeyView';
import { seals as ipc } from '../ipc';
import { failures } from './failures.svelte';
import { seals } from './seals.svelte';

class Signing {
  key = $state.raw<KeyView | null>(null);
  /** How many seals the last signing signed. */
  signed = $state<number | null>(null);
  busy = $state(false);

  async load() {
    await this.#then(() => ipc.key());
  }

  async replace() {
    if (await this.#then(() => ipc.replaceKey())) await seals.forget();
  }

  async signPending() {
    this.signed = null;
    this.busy = true;
    this.signed = await failures.attempt('security', () => ipc.signPending());
    this.busy = false;
    if (this.signed === null) return;
    await this.load();
    await seals.forget();
  }

  async #then(work: () => Promise<KeyView>) {
    this.busy = true;
    const key = await failures.attempt('security', work);
    this.busy = false;
    if (key) this.key = key;
    return key !== null;
  }
}

export const signing = new Signing();
