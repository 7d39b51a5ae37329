// What a person has set, and what the program knows about itself. A change shows at once, and only
// what was changed is stored: the rest may have been set elsewhere meanwhile.
import type { About } from '../generated/About';
import type { Appearance } from '../generated/Appearance';
import type { Settings } from '../generated/Settings';
import { program, type SettingsPatch } from '../ipc';
import { failures } from './failures.svelte';
import { words } from './words.svelte';

const usual: Settings = {
  appearance: { theme: 'system', textSize: 100, density: 'comfortable', language: null },
  groupBy: 'client',
  sort: 'activity',
  folded: [],
  enterSends: true,
  inspectorOpen: true,
  panes: { sidebarOpen: true, sidebarWidth: 268, inspectorWidth: 296 },
  notify: true,
  recentCommands: [],
  retention: { mode: 'review', inactivityDays: 90, ageDays: 365 },
  api: { enabled: false, port: 8417 },
};

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Settings with a change laid over them. */
function over(all: Settings, patch: SettingsPatch): Settings {
  const { appearance, panes, retention, api, ...plain } = patch;
  return {
    ...all,
    ...plain,
    appearance: { ...all.appearance, ...appearance },
    panes: { ...all.panes, ...panes },
    retention: { ...all.retention, ...retention },
    api: { ...all.api, ...api },
  };
}

class SettingsState {
  /** As they are stored; `null` until they were read. */
  #stored = $state.raw<Settings | null>(null);
  /** Changes that show already and are yet to be stored. */
  #waiting = $state.raw<SettingsPatch[]>([]);
  /** The last thing that is asked of the store: one after the other, so that no answer is overtaken. */
  #last: Promise<unknown> = Promise.resolve();
  all = $derived(this.#waiting.reduce(over, this.#stored ?? usual));
  about = $state.raw<About | null>(null);
  /** Things stand closer together. */
  compact = $derived(this.all.appearance.density === 'compact');
  /** The size of everything against the usual, 1 for 100 %. */
  scale = $derived(this.all.appearance.textSize / 100);
  #system = window.matchMedia('(prefers-color-scheme: dark)');
  #watching = false;
  #speaking: Promise<unknown> = Promise.resolve();

  async load() {
    if (!this.#watching) this.#system.addEventListener('change', () => this.#paint());
    this.#watching = true;
    this.#paint();
    await failures.attempt('window:settings', () => this.reload());
    await this.#speaking;
  }

  async loadAbout(): Promise<void> {
    const about = await failures.attempt('about', () => program.about(), () => this.loadAbout());
    if (about) this.about = about;
  }

  /** Reads them again: they may have been set elsewhere. */
  reload() {
    return this.#next(async () => this.#take(await program.settings()));
  }

  /** Sets what is given. What is refused is not shown as set. */
  change(patch: SettingsPatch): Promise<boolean> {
    const store = async () => {
      // Nothing is stored over what was never read.
      if (this.#stored === null) this.#take(await program.settings());
      this.#take(await program.patchSettings(patch));
      return true;
    };
    return this.during(patch, async () => (await failures.attempt('settings', () => this.#next(store), () => this.change(patch))) === true);
  }

  /** Shows a change for as long as it is being stored. */
  async during<T>(patch: SettingsPatch, work: () => Promise<T>): Promise<T> {
    this.#waiting = [...this.#waiting, patch];
    this.#paint();
    try {
      return await work();
    } finally {
      this.#waiting = this.#waiting.filter((each) => each !== patch);
      this.#paint();
    }
  }

  appearance(appearance: Partial<Appearance>) {
    return this.change({ appearance });
  }

  #take(stored: Settings) {
    if (same(this.#stored, stored)) return;
    this.#stored = stored;
    this.#paint();
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    // Whoever asked hears of it; the next is asked all the same.
    this.#last = done.catch(() => {});
    return done;
  }

  #paint() {
    const { theme, textSize, density, language } = this.all.appearance;
    const dark = theme === 'dark' || (theme === 'system' && this.#system.matches);
    const root = document.documentElement;
    root.dataset['theme'] = dark ? 'dark' : 'light';
    root.dataset['density'] = density;
    root.style.fontSize = `${textSize}%`;
    this.#speaking = failures.attempt('window:words', () => words.choose(language));
  }
}

export const settings = new SettingsState();
