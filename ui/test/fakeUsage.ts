// The part of the stand-in for Rust that knows receipts, usage and prices.
import type { Cost } from '../src/generated/Cost';
import type { Endpoint } from '../src/generated/Endpoint';
import type { FailedView } from '../src/generated/FailedView';
import type { Price } from '../src/generated/Price';
import type { Receipt } from '../src/generated/Receipt';
import type { RequestPage } from '../src/generated/RequestPage';
import type { Response } from '../src/generated/Response';
import type { Thread } from '../src/generated/Thread';
import type { Usage } from '../src/generated/Usage';
import type { UsageAround } from '../src/generated/UsageAround';
import type { UsageReport } from '../src/generated/UsageReport';
import type { UsageSum } from '../src/generated/UsageSum';
import { FakeBackups } from './fakeBackups';

type Args = Record<string, unknown>;
type Asked = { id: string; parent: string | null; response: Response | null };
type Kept = { thread: Thread; messages: Asked[]; failed: FailedView | null };

export abstract class FakeUsage extends FakeBackups {
  abstract override threads: Map<string, Kept>;
  abstract chains: Map<string, Kept>;
  abstract endpoints: Endpoint[];
  abstract copied: string[];
  prices: Price[] = [];
  /** The text of every request that is shown, and how long a page is. */
  request = '{\n  "model": "gpt-4.1",\n  "messages": []\n}';
  exact: boolean | null = true;
  saved: string[] = [];
  /** What a test changes about receipts, by the response's id. */
  receipts = new Map<string, Partial<Receipt>>();

  cost(response: Response): Cost | null {
    const price = this.prices.find((each) => each.endpoint === response.endpoint && each.model === response.model);
    if (!price || !response.usage) return null;
    const { inputTokens, outputTokens } = response.usage;
    return { amount: String((inputTokens * Number(price.input) + outputTokens * Number(price.output)) / 1e6), currency: price.currency };
  }

  on_get_receipt({ id }: Args): Receipt {
    for (const kept of [...this.threads.values(), ...this.chains.values()]) {
      const message = kept.messages.find((each) => each.response?.id === id);
      const response = message?.response ?? (kept.failed?.response.id === id ? (kept.failed?.response ?? null) : null);
      if (!response) continue;
      const [first] = kept.messages;
      return {
        object: 'receipt', response: response.id, thread: kept.thread.id, endpoint: response.endpoint, origin: 'https://api.openai.com',
        protocol: 'openai-chat', modelAsked: response.model, model: `${response.model}-2025-04-14`,
        messages: { sent: 3, leftOut: 0, leftOutBecause: null, policy: 'newest', tip: message?.parent ?? null, oldest: first?.id ?? null, systems: 0, idsSha256: 'a'.repeat(64), unsaved: null },
        parameters: {}, tokens: { estimated: 880, countedBy: 'o200k_base', correction: 1000, budget: 126_000, reported: response.usage },
        cost: this.cost(response), times: { queued: response.createdAt, connected: this.#later(response, 84), firstByte: this.#later(response, 640), lastByte: this.#later(response, 4210) },
        requestId: 'req_7f3ac2', attempts: 1, bodySha256: '9f3a61c077be04d1'.repeat(4), bodyBytes: this.request.length, ...this.receipts.get(response.id),
      };
    }
    throw { code: 'response_not_found', message: '', details: {} };
  }

  #later(response: Response, ms: number) {
    return new Date(Date.parse(response.createdAt) + ms).toISOString();
  }

  on_request_page({ id, page }: Args): RequestPage {
    const pages = Math.ceil(this.request.length / 1000);
    const shown = Math.min(Math.max(1, Number(page)), pages);
    return { response: String(id), text: this.request.slice((shown - 1) * 1000, shown * 1000), page: shown, pages, bytes: this.request.length, sha256: 'a'.repeat(64), exact: this.exact };
  }

  on_copy_request() {
    this.copied.push(this.request);
  }

  on_save_request({ id }: Args) {
    if (this.dismissed) return null;
    this.saved.push(String(id));
    return `/home/anna/${String(id)}-request.json`;
  }

  #sum(key: string | null, fits: (thread: Thread, response: Response) => boolean): UsageSum {
    const asked = [...this.threads.values()].flatMap((kept) => kept.messages.flatMap((each) => (each.response && fits(kept.thread, each.response) ? [each.response] : [])));
    const told = asked.flatMap((each) => each.usage ?? []);
    const usage = told.reduce<Usage>((sum, each) => ({ inputTokens: sum.inputTokens + each.inputTokens, outputTokens: sum.outputTokens + each.outputTokens, totalTokens: sum.totalTokens + each.totalTokens }), { inputTokens: 0, outputTokens: 0, totalTokens: 0 });
    const costs = asked.flatMap((each) => this.cost(each) ?? []);
    const amount = costs.reduce((sum, each) => sum + Number(each.amount), 0);
    return {
      key, responses: asked.length, untold: asked.length - told.length, usage: told.length > 0 ? usage : null,
      costs: costs[0] ? [{ amount: String(amount), currency: costs[0].currency }] : [], unpriced: asked.length - costs.length,
    };
  }

  on_usage_around({ thread }: Args): UsageAround {
    const client = this.threads.get(String(thread))?.thread.metadata['client'] as string | undefined;
    return {
      thread: this.#sum(String(thread), (each) => each.id === thread),
      client: client ? this.#sum(client, (each) => each.metadata['client'] === client) : null,
      month: this.#sum('2026-11', () => true),
    };
  }

  on_usage_report({ by, month }: Args): UsageReport {
    const keys: Record<string, (thread: Thread, response: Response) => string | null> = {
      month: (_, response) => response.createdAt.slice(0, 7),
      client: (thread) => (thread.metadata['client'] as string | undefined) ?? null,
      model: (_, response) => `${response.endpoint}/${response.model}`,
    };
    const key = keys[String(by)] ?? (() => null);
    const within = (response: Response) => month === null || response.createdAt.startsWith(String(month));
    const asked = [...this.threads.values()].flatMap((kept) => kept.messages.flatMap((each) => (each.response && within(each.response) ? [key(kept.thread, each.response)] : [])));
    const data = [...new Set(asked)].map((each) => this.#sum(each, (thread, response) => within(response) && key(thread, response) === each));
    return { object: 'usage', by: by as UsageReport['by'], data, total: this.#sum(null, (_, response) => within(response)) };
  }

  on_list_prices() {
    return this.prices;
  }

  on_set_price({ price }: Args) {
    const set = price as Price;
    this.prices = [...this.prices.filter((each) => each.endpoint !== set.endpoint || each.model !== set.model), set];
  }

  on_delete_price({ endpoint, model }: Args) {
    this.prices = this.prices.filter((each) => each.endpoint !== endpoint || each.model !== model);
  }
}
