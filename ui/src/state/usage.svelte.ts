// Tokens and what they cost: around the thread on show, in sums, and the prices that a person enters.
import type { Price } from '../generated/Price';
import type { UsageAround } from '../generated/UsageAround';
import type { UsageBy } from '../generated/UsageBy';
import type { UsageReport } from '../generated/UsageReport';
import { usage as ipc } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { receipts } from './receipts.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

class UsageState {
  around = $state.raw<UsageAround | null>(null);
  report = $state.raw<UsageReport | null>(null);
  /** The months in which something was asked, the newest first. */
  months = $state.raw<string[]>([]);
  prices = $state.raw<Price[]>([]);
  #turn = 0;

  async load(thread: string): Promise<void> {
    const around = await failures.attempt('usage', () => ipc.around(thread), () => this.load(thread));
    if (pane.id === thread) this.around = around;
  }

  async sum(by: UsageBy, month: string | null): Promise<void> {
    const turn = ++this.#turn;
    const report = await failures.attempt('report', () => ipc.report(by, month), () => this.sum(by, month));
    if (turn === this.#turn && report) this.report = report;
  }

  async loadMonths(): Promise<void> {
    const all = await failures.attempt('months', () => ipc.report('month', null), () => this.loadMonths());
    this.months = all?.data.flatMap((row) => row.key ?? []) ?? [];
  }

  async loadPrices(): Promise<void> {
    const prices = await failures.attempt('prices', () => ipc.prices(), () => this.loadPrices());
    if (prices) this.prices = prices;
  }

  of(endpoint: string) {
    return this.prices.filter((price) => price.endpoint === endpoint);
  }

  setPrice(price: Price) {
    return this.#change(price.endpoint, () => ipc.setPrice(price));
  }

  async deletePrice(price: Price) {
    const { endpoint, model } = price;
    if (await this.#change(endpoint, () => ipc.deletePrice(endpoint, model))) toasts.add(t('price.removed', { model }), () => void this.setPrice(price));
  }

  /** Changes a price, and with it every cost on show. */
  async #change(endpoint: string, work: () => Promise<void>): Promise<boolean> {
    const done = await failures.attempt(`prices:${endpoint}`, async () => (await work(), true), () => this.#change(endpoint, work));
    await this.loadPrices();
    if (pane.id !== null) await Promise.all([pane.fetchAgain(), this.load(pane.id), receipts.load()]);
    return done === true;
  }
}

export const usage = new UsageState();
