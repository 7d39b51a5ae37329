// Commands on the window itself: its panes, its look, its dialogs.
import { dialogs } from '../state/dialogs.svelte';
import { layout } from '../state/layout.svelte';
import { settings } from '../state/settings.svelte';
import { temporary } from '../state/temporary.svelte';
import type { Key } from '../state/words.svelte';
import type { Theme } from '../generated/Theme';
import type { Command } from './command';

const themes: [Theme, Key][] = [
  ['light', 'commands.light'],
  ['dark', 'commands.dark'],
  ['system', 'commands.system'],
];

export const window: Command[] = [
  {
    id: 'window.closePane', words: 'dialog.close', group: 'window', icon: 'close', shortcut: { key: 'Escape' },
    when: () => dialogs.drawer !== null, run: () => void (dialogs.drawer = null),
  },
  {
    id: 'window.inspector', words: 'inspector.toggle', group: 'window', icon: 'details', shortcut: { key: 'i', command: true },
    when: () => temporary.chat === null, run: () => layout.toggleInspector(),
  },
  { id: 'window.shortcuts', words: 'shortcuts.title', group: 'window', icon: 'line', shortcut: { key: '?' }, run: () => dialogs.show({ kind: 'shortcuts' }) },
  ...themes.map(([theme, words]): Command => ({
    id: `window.${theme}`, words, group: 'window', icon: 'gear',
    when: () => settings.all.appearance.theme !== theme, run: () => void settings.appearance({ theme }),
  })),
];
