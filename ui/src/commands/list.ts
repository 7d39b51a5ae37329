// Commands on the list of threads: new ones, the search, walking, and what it shows.
import { begin, fresh, toSearch, walk } from '../state/go';
import { sidebar, type Filter } from '../state/sidebar.svelte';
import type { Key } from '../state/words.svelte';
import type { Command } from './command';

const filters: [Filter, Key, string][] = [
  ['all', 'commands.showAll', 'skein'],
  ['open', 'commands.showOpen', 'line'],
  ['locked', 'commands.showLocked', 'lock'],
  ['archived', 'commands.showArchived', 'box'],
  ['bin', 'commands.showBin', 'bin'],
];

export const list: Command[] = [
  { id: 'list.new', words: 'sidebar.new', group: 'list', icon: 'plus', shortcut: { key: 'n', command: true }, run: fresh },
  { id: 'list.temporary', words: 'temporary.title', group: 'list', icon: 'temporary', shortcut: { key: 'n', command: true, shift: true }, run: begin },
  { id: 'list.search', words: 'search.label', group: 'list', icon: 'search', shortcut: { key: 'f', command: true }, run: toSearch },
  { id: 'list.above', words: 'shortcuts.above', group: 'list', icon: 'up', shortcut: { key: 'ArrowUp', command: true }, run: () => walk(-1) },
  { id: 'list.below', words: 'shortcuts.below', group: 'list', icon: 'down', shortcut: { key: 'ArrowDown', command: true }, run: () => walk(1) },
  ...filters.map(([filter, words, icon]): Command => ({
    id: `list.${filter}`, words, group: 'list', icon, when: () => sidebar.filter !== filter, run: () => sidebar.choose(filter),
  })),
];
