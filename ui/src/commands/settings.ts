// Commands that open a page of the settings, or set what is set there.
import type { RetentionMode } from '../generated/RetentionMode';
import { tabs } from '../settings/tabs';
import { api } from '../state/api.svelte';
import { dialogs, type SettingsTab } from '../state/dialogs.svelte';
import { endpoints } from '../state/endpoints.svelte';
import { exports } from '../state/exports.svelte';
import { retention } from '../state/retention.svelte';
import { seals } from '../state/seals.svelte';
import { settings as set } from '../state/settings.svelte';
import { signing } from '../state/signing.svelte';
import type { Key } from '../state/words.svelte';
import type { Command } from './command';

/** Opens the page, where what comes of it is said, and does it. */
const onPage = (tab: SettingsTab, run: () => unknown) => () => {
  dialogs.settings(tab);
  void run();
};

const languages: [string | null, Key][] = [
  [null, 'commands.languageSystem'],
  ['en', 'commands.english'],
  ['de', 'commands.german'],
];

const modes: [RetentionMode, Key][] = [
  ['review', 'commands.review'],
  ['automatic', 'commands.automatic'],
];

/** What is either so or so: one of two commands applies. */
function either(what: string, words: [on: Key, off: Key], is: () => boolean, change: (on: boolean) => unknown): Command[] {
  return [true, false].map((on) => ({
    id: `settings.${what}${on ? 'On' : 'Off'}`, words: on ? words[0] : words[1], group: 'settings', icon: 'gear',
    when: () => is() !== on, run: () => void change(on),
  }));
}

const choices: Command[] = [
  ...languages.map(([language, words]): Command => ({
    id: `settings.language.${language ?? 'system'}`, words, group: 'settings', icon: 'gear',
    when: () => set.all.appearance.language !== language, run: () => void set.appearance({ language }),
  })),
  ...either('enterSends', ['commands.enterSends', 'commands.enterBreaks'], () => set.all.enterSends, (enterSends) => set.change({ enterSends })),
  ...either('notify', ['commands.notify', 'commands.notifyNot'], () => set.all.notify, (notify) => set.change({ notify })),
  ...modes.map(([mode, words]): Command => ({
    id: `settings.retention.${mode}`, words, group: 'settings', icon: 'clock',
    when: () => set.all.retention.mode !== mode, run: onPage('retention', () => retention.change({ mode })),
  })),
  ...either('api', ['commands.apiOn', 'commands.apiOff'], () => set.all.api.enabled, (enabled) => onPage('api', () => api.change({ enabled }))()),
];

const answers = () => set.all.api.enabled;

const acts: Command[] = [
  { id: 'settings.addEndpoint', words: 'endpoint.add', group: 'settings', icon: 'plus', run: () => dialogs.settings('endpoints', { adding: true }) },
  {
    id: 'settings.testEndpoint', words: 'commands.testEndpoint', group: 'settings', icon: 'check',
    when: () => endpoints.standard !== null, run: onPage('endpoints', () => endpoints.standard && endpoints.test(endpoints.standard.id)),
  },
  {
    id: 'settings.defaultEndpoint', words: 'commands.defaultEndpoint', group: 'settings', icon: 'check',
    when: () => endpoints.list.length > 1, run: () => dialogs.settings('endpoints'),
  },
  { id: 'settings.copyToken', words: 'commands.copyToken', group: 'settings', icon: 'copy', when: answers, run: onPage('api', () => api.copyToken()) },
  { id: 'settings.renewToken', words: 'commands.renewToken', group: 'settings', icon: 'retry', when: answers, run: () => dialogs.settings('api', { ask: 'renewToken' }) },
  { id: 'settings.checkAll', words: 'commands.checkAll', group: 'settings', icon: 'check', run: onPage('security', () => seals.checkAll()) },
  { id: 'settings.signPending', words: 'signing.signPending', group: 'settings', icon: 'edit', run: onPage('security', () => signing.signPending()) },
  { id: 'settings.exportKey', words: 'signing.export', group: 'settings', icon: 'export', run: onPage('security', () => exports.savePublicKey()) },
  { id: 'settings.replaceKey', words: 'commands.replaceKey', group: 'settings', icon: 'retry', run: () => dialogs.settings('security', { ask: 'replaceKey' }) },
];

export const settings: Command[] = [
  { id: 'settings.open', words: 'settings.title', group: 'settings', icon: 'gear', shortcut: { key: ',', command: true }, run: () => dialogs.settings('endpoints') },
  ...tabs.map(([tab, words]): Command => ({ id: `settings.${tab}`, words, group: 'settings', icon: 'gear', run: () => dialogs.settings(tab) })),
  ...acts,
  ...choices,
];
