// Where models answer: the list, their models, their keys (set, never read) and what tests found.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { Endpoint } from '../generated/Endpoint';
import type { EndpointPatch } from '../generated/EndpointPatch';
import type { EndpointTest } from '../generated/EndpointTest';
import type { FoundEndpoint } from '../generated/FoundEndpoint';
import type { Model } from '../generated/Model';
import type { NewEndpoint } from '../generated/NewEndpoint';
import type { Response } from '../generated/Response';
import { asError, endpoints as ipc } from '../ipc';
import { failures, type Spot } from './failures.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
/** What of an endpoint says how it answers. */
const answering = ({ isDefault: _, name: __, ...rest }: Endpoint) => rest;

class Endpoints {
  list = $state.raw<Endpoint[]>([]);
  loaded = $state(false);
  standard = $derived(this.list.find((endpoint) => endpoint.isDefault) ?? null);
  /** Whether only the practice endpoint is there, as on a first start. */
  onlyPractice = $derived(this.list.every((endpoint) => endpoint.protocol === 'practice'));
  models = new SvelteMap<string, Model[]>();
  tests = new SvelteMap<string, EndpointTest | 'running'>();
  /** Grows whenever the list is asked for: only the last answer holds. */
  #asked = 0;
  /** Grows with each change of an endpoint, so that no older answer is taken for its own. */
  #turns = new Map<string, number>();
  /** Endpoints that failed the last time they were asked or tested, by name. */
  failing = new SvelteSet<string>();
  /** Model servers that answer on this machine and are no endpoint yet. */
  found = $state.raw<FoundEndpoint[]>([]);

  async load(): Promise<void> {
    const asked = ++this.#asked;
    const list = await failures.attempt('endpoints', () => ipc.list(), () => this.load());
    if (list !== null && asked === this.#asked) this.#take(list);
  }

  /** Reads them again: they may have been set elsewhere. True if they were. A keychain that is locked is not asked on and on. */
  async reload() {
    if (this.list.some((endpoint) => endpoint.key === 'unknown')) return false;
    const asked = ++this.#asked;
    const list = await ipc.list();
    return asked === this.#asked && this.#take(list);
  }

  #take(list: Endpoint[]) {
    const before = new Map(this.list.map((endpoint) => [endpoint.id, endpoint]));
    const changed = !same(list, this.list);
    if (changed) this.list = list;
    this.loaded = true;
    for (const endpoint of list) {
      const was = before.get(endpoint.id);
      if (was && !same(answering(was), answering(endpoint))) this.#another(endpoint.id);
    }
    return changed;
  }

  /** Whether the endpoint that `endpoint/model` names is there, as far as is known. */
  knows(model: string) {
    return this.list.length === 0 || this.named(model.split('/')[0] ?? '') !== null;
  }

  named(name: string) {
    return this.list.find((endpoint) => endpoint.name === name) ?? null;
  }

  /** Asks an endpoint what it offers; without an answer its own default is all there is, until it is asked again. */
  async loadModels(id: string): Promise<void> {
    const turn = this.#turn(id);
    const models = await failures.attempt(`models:${id}`, () => ipc.models(id), () => this.loadModels(id));
    if (turn !== this.#turn(id)) return;
    if (models) this.models.set(id, models);
    else this.models.delete(id);
  }

  #turn = (id: string) => this.#turns.get(id) ?? 0;

  /** From here on, what was asked of the endpoint before is about another. */
  #another(id: string) {
    this.#turns.set(id, this.#turn(id) + 1);
    this.tests.delete(id);
    this.models.delete(id);
  }

  /** Takes how a reply ended: well, or by the endpoint's fault. */
  heard({ endpoint, error }: Response) {
    if (error === null) this.failing.delete(endpoint);
    else if (error.code.startsWith('endpoint_')) this.failing.add(endpoint);
  }

  #tested(id: string, test: EndpointTest) {
    this.tests.set(id, test);
    const name = this.list.find((endpoint) => endpoint.id === id)?.name ?? '';
    if (test.ok) this.failing.delete(name);
    else this.failing.add(name);
  }

  /** Looks for model servers on this machine; finding none is no failure. */
  async discover() {
    try {
      this.found = await ipc.discover();
    } catch {
      // Nobody asked to look, and without an answer there is nothing to offer.
      this.found = [];
    }
  }

  /** Makes an endpoint of a server that was found, answering with the first model it offers. */
  async use(found: FoundEndpoint): Promise<void> {
    const { name, protocol, baseUrl, models } = found;
    this.found = this.found.filter((each) => each.baseUrl !== baseUrl);
    let free = name;
    for (let n = 2; this.named(free); n += 1) free = `${name} ${n}`;
    const added = await this.add({ name: free, protocol, baseUrl, model: models[0]?.id ?? null, contextWindow: null, allowHttp: false }, '', { spot: 'found', again: () => this.use(found) });
    if (added === null) await this.discover();
  }

  /** Adds an endpoint, its key with it, and says how it answers. */
  async add(endpoint: NewEndpoint, key: string, failing: { spot: Spot; again: () => unknown }) {
    const added = await failures.attempt(failing.spot, () => ipc.add(endpoint), failing.again);
    if (added === null) return null;
    if (key !== '') await failures.attempt(`endpoint:${added.id}`, () => ipc.setKey(added.id, key), () => this.setKey(added.id, key));
    await this.load();
    void this.test(added.id);
    return added;
  }

  change(id: string, patch: EndpointPatch) {
    return this.#then(id, () => ipc.change(id, patch));
  }

  /** Removes an endpoint. Without a key all of it can come back. */
  async remove(endpoint: Endpoint) {
    const { id, name, key } = endpoint;
    if ((await this.#then(id, () => ipc.remove(id))) && key === 'none') toasts.add(t('endpoint.removed', { name }), () => void this.#back(endpoint));
  }

  async #back(endpoint: Endpoint): Promise<void> {
    const { id: _id, key: _key, isDefault, ...shape } = endpoint;
    const added = await failures.attempt('endpoint:new', () => ipc.add(shape), () => this.#back(endpoint));
    if (added !== null && isDefault) await this.setDefault(added.id);
    await this.load();
  }

  setDefault(id: string) {
    return this.#then(id, () => ipc.setDefault(id));
  }

  setKey(id: string, key: string) {
    return this.#then(id, () => ipc.setKey(id, key));
  }

  deleteKey(id: string) {
    return this.#then(id, () => ipc.deleteKey(id));
  }

  async test(id: string) {
    const turn = this.#turn(id);
    this.tests.set(id, 'running');
    const found = await ipc.test(id).catch((refusal: unknown): EndpointTest => ({ ok: false, model: null, firstTextMs: null, error: asError(refusal) }));
    if (turn !== this.#turn(id)) return;
    this.#tested(id, found);
    await this.loadModels(id);
  }

  async #then(id: string, work: () => Promise<unknown>, again?: () => unknown): Promise<boolean> {
    const done = await failures.attempt(`endpoint:${id}`, async () => (await work(), true), again ?? (() => this.#then(id, work)));
    if (done === true) {
      this.#another(id);
      this.failing.delete(this.list.find((endpoint) => endpoint.id === id)?.name ?? '');
    }
    await this.load();
    return done === true;
  }
}

export const endpoints = new Endpoints();
