// Commands on the window itself: its panes, its look, its dialogs.
import { dialogs } from '../state/dialogs.svelte';
import { layout, type Side } from '../state/layout.svelte';
import { settings } from '../state/settings.svelte';
import type { Key } from '../state/words.svelte';
import type { Theme } from '../generated/Theme';
import type { Command } from './command';

const themes: [Theme, Key, string][] = [
  ['light', 'commands.light', 'sun'],
  ['dark', 'commands.dark', 'moon'],
  ['system', 'commands.system', 'gear'],
];

const STEP = 48;
const widths: [Side, number, Key][] = [
  ['sidebar', STEP, 'panes.sidebarWider'],
  ['sidebar', -STEP, 'panes.sidebarNarrower'],
  ['inspector', STEP, 'panes.inspectorWider'],
  ['inspector', -STEP, 'panes.inspectorNarrower'],
];

const SIZES = { least: 80, usual: 100, most: 200, step: 10 };

const size = () => settings.all.appearance.textSize;
const resize = (textSize: number) => void settings.appearance({ textSize: Math.max(SIZES.least, Math.min(textSize, SIZES.most)) });

export const window: Command[] = [
  { id: 'window.palette', words: 'palette.title', group: 'window', icon: 'search', shortcut: { key: 'k', command: true }, run: () => dialogs.show({ kind: 'palette' }) },
  {
    id: 'window.closePane', words: 'dialog.close', group: 'window', icon: 'close', shortcut: { key: 'Escape' },
    when: () => dialogs.drawer !== null, run: () => void (dialogs.drawer = null),
  },
  { id: 'window.sidebar', words: 'panes.sidebar', group: 'window', icon: 'panel', shortcut: { key: 'b', command: true }, run: () => layout.toggleSidebar() },
  {
    id: 'window.inspector', words: 'inspector.toggle', group: 'window', icon: 'details', shortcut: { key: 'i', command: true },
    run: () => layout.toggleInspector(),
  },
  ...widths.map(([side, by, words]): Command => ({
    id: `window.${side}${by > 0 ? 'Wider' : 'Narrower'}`, words, group: 'window', icon: by > 0 ? 'plus' : 'minus',
    when: () => layout[side] && layout.canWiden(side, by), run: () => layout.widen(side, by),
  })),
  { id: 'window.shortcuts', words: 'shortcuts.title', group: 'window', icon: 'keyboard', shortcut: { key: '?' }, run: () => dialogs.show({ kind: 'shortcuts' }) },
  {
    id: 'window.larger', words: 'commands.larger', group: 'window', icon: 'plus', shortcut: { key: '+', command: true }, anywhere: true,
    when: () => size() < SIZES.most, run: () => resize(size() + SIZES.step),
  },
  {
    id: 'window.smaller', words: 'commands.smaller', group: 'window', icon: 'minus', shortcut: { key: '-', command: true }, anywhere: true,
    when: () => size() > SIZES.least, run: () => resize(size() - SIZES.step),
  },
  {
    id: 'window.usual', words: 'commands.usualSize', group: 'window', icon: 'check', shortcut: { key: '0', command: true }, anywhere: true,
    when: () => size() !== SIZES.usual, run: () => resize(SIZES.usual),
  },
  {
    id: 'window.compact', words: 'commands.compact', group: 'window', icon: 'rows',
    when: () => !settings.compact, run: () => void settings.appearance({ density: 'compact' }),
  },
  {
    id: 'window.comfortable', words: 'commands.comfortable', group: 'window', icon: 'rows',
    when: () => settings.compact, run: () => void settings.appearance({ density: 'comfortable' }),
  },
  ...themes.map(([theme, words, icon]): Command => ({
    id: `window.${theme}`, words, group: 'window', icon,
    when: () => settings.all.appearance.theme !== theme, run: () => void settings.appearance({ theme }),
  })),
];
