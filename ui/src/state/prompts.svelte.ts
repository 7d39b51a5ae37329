// The library of stored prompts, and what is being written about one of them and not kept yet.
import { SvelteMap } from 'svelte/reactivity';
import type { FilledPrompt } from '../generated/FilledPrompt';
import type { Prompt } from '../generated/Prompt';
import { prompts as ipc } from '../ipc';
import { failures } from './failures.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

/** What stands in the form of a prompt. */
export type Sheet = { name: string; text: string; clients: string[] };
/** The form of one that is yet to be added. */
export const NEW = 'new';

const same = (a: Sheet, b: Sheet) => a.name.trim() === b.name && a.text === b.text && a.clients.join('\n') === b.clients.join('\n');

class Prompts {
  list = $state.raw<Prompt[]>([]);
  loaded = $state(false);
  /** What was typed and not kept, by the prompt's id. It outlives the form. */
  #sheets = new SvelteMap<string, Sheet>();
  /** Told when a client's prompt may be another. */
  onChanged: () => void = () => {};

  async load(): Promise<void> {
    const list = await failures.attempt('prompts', () => ipc.list(), () => this.load());
    if (list === null) return;
    this.list = list;
    this.loaded = true;
  }

  /** Reads them again where they were read: they may have been changed elsewhere. True if they were. */
  async reload() {
    if (!this.loaded) return false;
    const list = await ipc.list();
    const changed = JSON.stringify(list) !== JSON.stringify(this.list);
    if (changed) this.list = list;
    return changed;
  }

  find(id: string) {
    return this.list.find((prompt) => prompt.id === id) ?? null;
  }

  /** Those with these words in their names, then those with them in their texts. */
  matching(query: string) {
    const wanted = query.trim().toLowerCase();
    if (wanted === '') return this.list;
    const named = this.list.filter((prompt) => prompt.name.toLowerCase().includes(wanted));
    return [...named, ...this.list.filter((prompt) => !named.includes(prompt) && prompt.text.toLowerCase().includes(wanted))];
  }

  /** What stands in a prompt's form. */
  sheet(id: string): Sheet {
    return this.#sheets.get(id) ?? this.find(id) ?? { name: '', text: '', clients: [] };
  }

  edited(id: string) {
    return this.#sheets.has(id);
  }

  type(id: string, change: Partial<Sheet>) {
    const { name, text, clients } = { ...this.sheet(id), ...change };
    const kept = this.find(id) ?? { name: '', text: '', clients: [] };
    if (same({ name, text, clients }, kept)) this.#sheets.delete(id);
    else this.#sheets.set(id, { name, text, clients });
  }

  forget(id: string) {
    this.#sheets.delete(id);
    failures.clear('prompts:change');
  }

  /** Whether another prompt has this name already. */
  taken(id: string) {
    const name = this.sheet(id).name.trim();
    return this.list.some((prompt) => prompt.id !== id && prompt.name === name);
  }

  /** Keeps what stands in the form; the prompt as it is now, or nothing if it was refused. */
  async keep(id: string): Promise<Prompt | null> {
    const { name, text, clients } = this.sheet(id);
    const patch = { name: name.trim(), text, clients };
    const before = this.list;
    const kept = await failures.attempt('prompts:change', () => (id === NEW ? ipc.create(patch) : ipc.change(id, patch)), () => this.keep(id));
    if (kept === null) return null;
    this.#sheets.delete(id);
    await this.#changed();
    if (id !== NEW) this.#offerBack(kept.name, before);
    return kept;
  }

  /** Offers to bring back how the prompts were: a client leaves the one it was with for another. */
  #offerBack(name: string, before: Prompt[]) {
    const sheets = before.filter((each) => {
      const now = this.find(each.id);
      return now !== null && !same(each, now);
    });
    toasts.add(t('prompts.changed', { name }), () => void this.#asBefore(sheets));
  }

  /** The one that took clients from others gives them back first. */
  async #asBefore(sheets: Prompt[]): Promise<void> {
    const fewer = ({ id, clients }: Prompt) => clients.length - (this.find(id)?.clients.length ?? 0);
    for (const { id, name, text, clients } of [...sheets].sort((a, b) => fewer(a) - fewer(b))) {
      const done = await failures.attempt('prompts:change', () => ipc.change(id, { name, text, clients }), () => this.#asBefore(sheets));
      if (done === null) break;
    }
    await this.#changed();
  }

  async remove(prompt: Prompt): Promise<boolean> {
    const { id, name, text, clients } = prompt;
    const done = await failures.attempt('prompts:change', async () => (await ipc.remove(id), true), () => this.remove(prompt));
    if (done === null) return false;
    this.#sheets.delete(id);
    await this.#changed();
    toasts.add(t('prompts.removed', { name }), () => void this.#back({ name, text, clients }));
    return true;
  }

  async #back(sheet: Sheet): Promise<void> {
    await failures.attempt('window:undo', () => ipc.create(sheet), () => this.#back(sheet));
    await this.#changed();
  }

  fill(id: string, values: Record<string, string>, again: () => unknown): Promise<FilledPrompt | null> {
    return failures.attempt('fill', () => ipc.fill(id, values), again);
  }

  async #changed() {
    await this.load();
    this.onChanged();
  }
}

export const prompts = new Prompts();
