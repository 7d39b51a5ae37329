// Commands that open a page of the settings.
import { tabs } from '../settings/tabs';
import { dialogs } from '../state/dialogs.svelte';
import type { Command } from './command';

export const settings: Command[] = [
  { id: 'settings.open', words: 'settings.title', group: 'settings', icon: 'gear', shortcut: { key: ',', command: true }, run: () => dialogs.settings('endpoints') },
  ...tabs.map(([tab, words]): Command => ({ id: `settings.${tab}`, words, group: 'settings', icon: 'gear', run: () => dialogs.settings(tab) })),
  { id: 'settings.addEndpoint', words: 'endpoint.add', group: 'settings', icon: 'plus', run: () => dialogs.settings('endpoints', { adding: true }) },
];
