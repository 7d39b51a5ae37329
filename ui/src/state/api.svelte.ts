// The local API: whether it answers, and where. Its token is Rust's to copy and to show.
import type { ApiState } from '../generated/ApiState';
import { api as ipc } from '../ipc';
import { failures } from './failures.svelte';
import { settings } from './settings.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

class Api {
  state = $state.raw<ApiState | null>(null);

  async load(): Promise<void> {
    const state = await failures.attempt('api:state', () => ipc.state(), () => this.load());
    if (state) this.state = state;
  }

  async change(change: { enabled?: boolean; port?: number }) {
    await settings.during({ api: change }, async () => {
      const { enabled, port } = settings.all.api;
      await this.#take(() => ipc.change(enabled, port), () => this.change(change));
      // What they say shows already; whoever cannot read them now reads them with the next change.
      await settings.reload().catch(() => {});
    });
  }

  async copyToken() {
    if (await this.#did(() => ipc.copyToken(), () => this.copyToken())) toasts.add(t('toast.tokenCopied'));
  }

  async showToken() {
    await this.#did(() => ipc.showToken(t('api.token'), t('api.tokenWords')), () => this.showToken());
  }

  async renewToken() {
    if (await this.#take(() => ipc.renewToken(), () => this.renewToken())) toasts.add(t('toast.tokenRenewed'));
  }

  async #take(work: () => Promise<ApiState>, again: () => unknown) {
    const state = await failures.attempt('api', work, again);
    if (state) this.state = state;
    return state !== null;
  }

  async #did(work: () => Promise<void>, again: () => unknown) {
    return (await failures.attempt('api', async () => (await work(), true), again)) === true;
  }
}

export const api = new Api();
