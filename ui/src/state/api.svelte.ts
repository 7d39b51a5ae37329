// The local API: whether it answers, and where. Its token is Rust's to copy and to show.
import type { ApiState } from '../generated/ApiState';
import { api as ipc, program } from '../ipc';
import { failures } from './failures.svelte';
import { settings } from './settings.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

class Api {
  state = $state.raw<ApiState | null>(null);

  load() {
    return this.#take(() => ipc.state());
  }

  async change(change: { enabled?: boolean; port?: number }) {
    const wanted = { ...settings.all.api, ...change };
    // At once, so that the next change goes on from this one.
    settings.all = { ...settings.all, api: wanted };
    if (await this.#take(() => ipc.change(wanted.enabled, wanted.port))) return;
    // What was refused is not shown as set.
    const kept = await program.settings().catch(() => null);
    if (kept) settings.all = { ...settings.all, api: kept.api };
  }

  async copyToken() {
    if (await this.#did(() => ipc.copyToken())) toasts.add(t('toast.tokenCopied'));
  }

  async showToken() {
    await this.#did(() => ipc.showToken(t('api.token'), t('api.tokenWords')));
  }

  async renewToken() {
    if (await this.#take(() => ipc.renewToken())) toasts.add(t('toast.tokenRenewed'));
  }

  async #take(work: () => Promise<ApiState>) {
    const state = await failures.attempt('api', work);
    if (state) this.state = state;
    return state !== null;
  }

  async #did(work: () => Promise<void>) {
    return (await failures.attempt('api', async () => (await work(), true))) === true;
  }
}

export const api = new Api();
