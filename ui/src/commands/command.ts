// What a command is: one thing that can be done, with its words, its key and when it applies. The
// palette, the sheet of shortcuts, the keys and the menu are all made from the same entries.
import { search } from '../state/search.svelte';
import type { Key } from '../state/words.svelte';
import type { Shortcut } from './shortcut';

export type Group = 'window' | 'list' | 'thread' | 'message' | 'composer' | 'settings';

export type Command = {
  /** `group.what`, the same in every version: it is remembered as used. */
  id: string;
  words: Key;
  group: Group;
  icon?: string;
  shortcut?: Shortcut;
  /** Another key for the same, which nobody has to be told of. */
  also?: Shortcut;
  /** Its key works over an open dialog too. */
  anywhere?: true;
  /** Whether it can be done now; without it, always. */
  when?: () => boolean;
  run: () => void | Promise<void>;
};

/** The groups by name, in the order in which they are shown. */
export const groups: [Group, Key][] = [
  ['list', 'commands.list'],
  ['thread', 'commands.thread'],
  ['message', 'commands.message'],
  ['composer', 'commands.composer'],
  ['window', 'commands.window'],
  ['settings', 'settings.title'],
];

/** What the search hides is not acted on: nobody would see which thread it was. */
const HIDDEN: Group[] = ['thread', 'message', 'composer'];

export const applies = (command: Command) => !(search.shown && HIDDEN.includes(command.group)) && (command.when?.() ?? true);
