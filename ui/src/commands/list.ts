// Commands on the list of threads: new ones, the search, walking, what it shows, and what is chosen in it.
import { tick } from 'svelte';
import type { SidebarSort } from '../generated/SidebarSort';
import { askArchiveAll, askClient, exportChosen } from '../sidebar/chosenMenu';
import { bulk } from '../state/bulk.svelte';
import { dialogs } from '../state/dialogs.svelte';
import { find } from '../state/find.svelte';
import { begin, fresh, toSearch, walk } from '../state/go';
import { search } from '../state/search.svelte';
import { selection } from '../state/selection.svelte';
import { settings } from '../state/settings.svelte';
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

const sorts: [SidebarSort, Key][] = [
  ['activity', 'commands.sortActivity'],
  ['created', 'commands.sortCreated'],
  ['title', 'commands.sortTitle'],
];

const chosen: [string, Key, string, () => void][] = [
  ['lock', 'commands.lockChosen', 'lock', () => void bulk.bring(selection.chosen, 'locked')],
  ['unlock', 'commands.unlockChosen', 'unlock', () => void bulk.bring(selection.chosen, 'open')],
  ['archive', 'commands.archiveChosen', 'box', askArchiveAll],
  ['client', 'commands.clientChosen', 'tag', askClient],
  ['pin', 'commands.pinChosen', 'pin', () => void bulk.pin(selection.chosen, true)],
  ['unpin', 'commands.unpinChosen', 'pin', () => void bulk.pin(selection.chosen, false)],
  ['export', 'commands.exportChosen', 'export', () => void exportChosen()],
  ['delete', 'commands.deleteChosen', 'bin', () => void bulk.remove(selection.chosen)],
];

const inBin = () => sidebar.filter === 'bin';

/** Groups the list by a key that is asked for where it is set. */
async function askGroup() {
  dialogs.settings('appearance');
  await tick();
  document.getElementById('group-by')?.focus();
}

const group = (groupBy: string | null) => sidebar.arrange({ groupBy });

/** Whether the focus is on the messages of the thread on show. */
const reading = () => !search.shown && document.activeElement?.closest('[data-testid=messages]') !== null && document.activeElement !== null;

export const list: Command[] = [
  { id: 'list.new', words: 'sidebar.new', group: 'list', icon: 'plus', shortcut: { key: 'n', command: true }, run: fresh },
  { id: 'list.temporary', words: 'temporary.title', group: 'list', icon: 'temporary', shortcut: { key: 'n', command: true, shift: true }, run: begin },
  {
    id: 'list.find', words: 'find.label', group: 'list', icon: 'search', shortcut: { key: 'f', command: true },
    when: () => reading() || find.open, run: () => find.show(),
  },
  { id: 'list.search', words: 'search.label', group: 'list', icon: 'search', shortcut: { key: 'f', command: true }, run: toSearch },
  { id: 'list.above', words: 'shortcuts.above', group: 'list', icon: 'up', shortcut: { key: 'ArrowUp', command: true }, run: () => walk(-1) },
  { id: 'list.below', words: 'shortcuts.below', group: 'list', icon: 'down', shortcut: { key: 'ArrowDown', command: true }, run: () => walk(1) },
  {
    id: 'list.everything', words: 'search.title', group: 'list', icon: 'search', shortcut: { key: 'f', command: true, shift: true },
    run: () => search.show(sidebar.text.trim() || null),
  },
  {
    id: 'list.results', words: 'search.back', group: 'list', icon: 'left', shortcut: { key: 'ArrowLeft', alt: true },
    when: () => find.open && find.fromResults && !search.shown, run: () => search.back(),
  },
  { id: 'list.leaveSearch', words: 'search.leave', group: 'list', icon: 'close', shortcut: { key: 'Escape' }, when: () => search.shown, run: () => search.leave() },
  ...sorts.map(([sort, words]): Command => ({
    id: `list.${sort}First`, words, group: 'list', icon: 'sort', when: () => settings.all.sort !== sort, run: () => sidebar.arrange({ sort }),
  })),
  { id: 'list.foldAll', words: 'list.foldAll', group: 'list', icon: 'right', run: () => sidebar.fold(sidebar.groups, true) },
  { id: 'list.unfoldAll', words: 'list.unfoldAll', group: 'list', icon: 'down', run: () => sidebar.fold(sidebar.groups, false) },
  { id: 'list.chooseAll', words: 'list.chooseAll', group: 'list', icon: 'check', run: () => selection.chooseAll() },
  ...chosen.map(([what, words, icon, run]): Command => ({
    id: `list.${what}Chosen`, words, group: 'list', icon, when: () => selection.count > 0 && !inBin(), run,
  })),
  {
    id: 'list.putBackChosen', words: 'commands.putBackChosen', group: 'list', icon: 'retry',
    when: () => selection.count > 0 && inBin(), run: () => void bulk.putBack(selection.chosen),
  },
  {
    id: 'list.clearChosen', words: 'list.clear', group: 'list', icon: 'close', shortcut: { key: 'Escape' },
    when: () => selection.count > 0, run: () => selection.clear(),
  },
  { id: 'list.emptyBin', words: 'bin.empty', group: 'list', icon: 'bin', run: () => dialogs.settings('retention', { ask: 'emptyBin' }) },
  { id: 'list.groupClient', words: 'commands.groupClient', group: 'list', icon: 'tag', when: () => settings.all.groupBy !== 'client', run: () => group('client') },
  { id: 'list.groupNone', words: 'commands.groupNone', group: 'list', icon: 'line', when: () => settings.all.groupBy !== null, run: () => group(null) },
  { id: 'list.groupBy', words: 'commands.groupBy', group: 'list', icon: 'tag', run: askGroup },
  ...filters.map(([filter, words, icon]): Command => ({
    id: `list.${filter}`, words, group: 'list', icon, when: () => sidebar.filter !== filter, run: () => sidebar.choose(filter),
  })),
];
