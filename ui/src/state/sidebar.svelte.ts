// The list of threads: groups with their counts, and pages of lines as they come into view.
import { SvelteMap } from 'svelte/reactivity';
import type { Settings } from '../generated/Settings';
import type { SidebarGroup } from '../generated/SidebarGroup';
import type { SidebarListing } from '../generated/SidebarListing';
import type { SidebarPage } from '../generated/SidebarPage';
import type { SidebarRow } from '../generated/SidebarRow';
import type { State } from '../generated/State';
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { settings } from './settings.svelte';

export type Filter = 'all' | State | 'bin';
export const PAGE = 60;
/** Folded groups that are remembered. */
const FOLDED = 1000;
/** Every thread that is not in the bin, the latest first. */
export const EVERYTHING: SidebarListing = { groupBy: null, sort: 'activity', state: null, deleted: false, text: null };

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

class Sidebar {
  filter = $state<Filter>('all');
  /** The words that narrow the list. */
  text = $state('');
  groups = $state.raw<SidebarGroup[]>([]);
  total = $state(0);
  /** Grows whenever another list is asked for. */
  changed = $state(0);
  loaded = $state(false);
  /** The line that is to be in sight. */
  wanted = $state<number | null>(null);
  #folded = $derived(new Set(settings.all.folded));
  #pages = new SvelteMap<number, SidebarRow[]>();
  #pending = new Set<number>();
  #turn = 0;
  #narrowing = false;
  #narrowed = false;
  #inView = { first: 0, last: 0 };

  row(index: number) {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null;
  }

  /** Where a thread stands among the lines that are loaded, -1 if it is not there. */
  placeOf(id: string) {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** Likewise among all that is listed. */
  async seek(id: string) {
    const loaded = this.placeOf(id);
    if (loaded >= 0) return loaded;
    const listed = await failures.attempt('sidebar', () => threads.sidebarIds(this.listing, 0, this.total), () => this.refresh());
    return listed?.indexOf(id) ?? -1;
  }

  /** A line, fetched if it is not loaded. */
  async line(index: number) {
    const page = Math.floor(index / PAGE);
    const turn = this.#turn;
    if (this.#pages.has(page) || index >= this.total) return this.row(index);
    const fetched = await failures.attempt(`sidebar-page:${page}`, () => this.#fetch(page), () => this.#load(page));
    if (fetched && turn === this.#turn) this.#take(page, fetched);
    return fetched?.rows[index % PAGE] ?? null;
  }

  async choose(filter: Filter) {
    this.filter = filter;
    await this.#anew();
  }

  /** Lists only what these words fit. While one answer is awaited, of more words only the last are asked for. */
  async narrow(text: string) {
    this.text = text;
    this.#narrowed = true;
    if (this.#narrowing) return;
    this.#narrowing = true;
    while (this.#narrowed) {
      this.#narrowed = false;
      await this.#anew();
    }
    this.#narrowing = false;
  }

  /** How the list is grouped and sorted, and what is folded: remembered. */
  async arrange(change: Partial<Pick<Settings, 'groupBy' | 'sort'>>) {
    await settings.change(change);
    await this.#anew();
  }

  folded = (group: SidebarGroup) => this.#folded.has(this.#named(group));

  fold(groups: SidebarGroup[], folded: boolean) {
    const names = new Set(groups.map((group) => this.#named(group)));
    const others = settings.all.folded.filter((name) => !names.has(name));
    void settings.change({ folded: folded ? [...others, ...names].slice(-FOLDED) : others });
  }

  /** A group by a name that stays the same. */
  #named({ name, pinned }: SidebarGroup) {
    const key = settings.all.groupBy ?? '';
    if (pinned) return '*';
    return name === null ? `!${key}` : `${key}=${name}`;
  }

  /** Another list, from its beginning. */
  async #anew() {
    this.changed += 1;
    this.#inView = { first: 0, last: 0 };
    await this.refresh();
  }

  /** Sees to it that these lines are loaded, or on their way. */
  need(first: number, last: number) {
    const pages = { first: Math.floor(first / PAGE), last: Math.floor(Math.max(first, last) / PAGE) };
    this.#inView = pages;
    for (let page = pages.first; page <= pages.last; page++) {
      if (!this.#pages.has(page) && page * PAGE < this.total) void this.#load(page);
    }
  }

  /** Fetches what is in view again; what is not is forgotten. */
  async refresh(): Promise<void> {
    const turn = ++this.#turn;
    this.#pending.clear();
    const { first, last } = this.#inView;
    const wanted = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const pages = await failures.attempt('sidebar', () => Promise.all(wanted.map((page) => this.#fetch(page))), () => this.refresh());
    if (pages === null || turn !== this.#turn) return;
    failures.clear(...failures.spots('sidebar-page'));
    const kept = new Set(wanted);
    for (const page of [...this.#pages.keys()]) if (!kept.has(page)) this.#pages.delete(page);
    pages.forEach((page, i) => this.#take(wanted[i] ?? 0, page));
    this.loaded = true;
  }

  async #load(page: number): Promise<void> {
    if (this.#pending.has(page)) return;
    this.#pending.add(page);
    const turn = this.#turn;
    const fetched = await failures.attempt(`sidebar-page:${page}`, () => this.#fetch(page), () => this.#load(page));
    if (turn !== this.#turn) return;
    this.#pending.delete(page);
    if (fetched) this.#take(page, fetched);
  }

  /** What is listed now. */
  get listing(): SidebarListing {
    const { groupBy, sort } = settings.all;
    const state = this.filter === 'all' || this.filter === 'bin' ? null : this.filter;
    return { groupBy, sort, state, deleted: this.filter === 'bin', text: this.text.trim() || null };
  }

  #fetch(page: number) {
    return threads.sidebar(this.listing, page * PAGE, PAGE);
  }

  #take(page: number, fetched: SidebarPage) {
    // What is the same stays the same, so that nothing is drawn again for it.
    if (!same(this.groups, fetched.groups)) this.groups = fetched.groups;
    this.total = fetched.total;
    if (!same(this.#pages.get(page), fetched.rows)) this.#pages.set(page, fetched.rows);
  }
}

export const sidebar = new Sidebar();
