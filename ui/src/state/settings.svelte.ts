// What a person has set, and what the program knows about itself. Changes show at once.
import type { About } from '../generated/About';
import type { Appearance } from '../generated/Appearance';
import type { Settings } from '../generated/Settings';
import { program } from '../ipc';
import { failures } from './failures.svelte';
import { words } from './words.svelte';

class SettingsState {
  all = $state.raw<Settings>({
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
  });
  about = $state.raw<About | null>(null);
  /** Things stand closer together. */
  compact = $derived(this.all.appearance.density === 'compact');
  /** The size of everything against the usual, 1 for 100 %. */
  scale = $derived(this.all.appearance.textSize / 100);
  #system = window.matchMedia('(prefers-color-scheme: dark)');

  async load() {
    this.#system.addEventListener('change', () => this.#paint());
    this.#paint();
    const [settings, about] = await Promise.all([program.settings(), program.about()]);
    this.all = settings;
    this.about = about;
    this.#paint();
  }

  async change(change: Partial<Settings>) {
    this.all = { ...this.all, ...change };
    this.#paint();
    await failures.attempt('settings', () => program.changeSettings(this.all));
  }

  appearance(change: Partial<Appearance>) {
    return this.change({ appearance: { ...this.all.appearance, ...change } });
  }

  #paint() {
    const { theme, textSize, density, language } = this.all.appearance;
    const dark = theme === 'dark' || (theme === 'system' && this.#system.matches);
    const root = document.documentElement;
    root.dataset['theme'] = dark ? 'dark' : 'light';
    root.dataset['density'] = density;
    root.style.fontSize = `${textSize}%`;
    words.choose(language);
  }
}

export const settings = new SettingsState();
