// The menus made from the table: the one in the window, and the system's where it has one.
import type { Item } from '../parts/menu';
import { menuOfSystem } from '../state/menu';
import { t } from '../state/words.svelte';
import { command, commands } from '.';
import { applies, groups, type Command } from './command';
import { accelerator, inWords, mac } from './shortcut';

/** What the menu in the window holds; an empty place is a line. */
const MAIN = [
  'list.new', 'list.temporary', 'list.search', 'window.palette', '',
  'window.sidebar', 'window.inspector', 'window.larger', 'window.smaller', 'window.usual', '',
  'settings.open', 'window.shortcuts', 'settings.about',
];

const item = ({ words, icon, shortcut, run, when }: Command): Item => ({
  label: t(words),
  run: () => void run(),
  disabled: when ? !when() : false,
  ...(icon ? { icon } : {}),
  ...(shortcut ? { hint: inWords(shortcut) } : {}),
});

export function mainMenu(): (Item | string)[] {
  return MAIN.map((id) => {
    const found = command(id);
    return found ? item(found) : '';
  });
}

/** Fills the system's menu, and does what is chosen there if it applies. */
export function fillMenuOfSystem() {
  if (!mac) return;
  const made = groups.map(([group, label]) => ({
    label: t(label),
    items: commands.filter((each) => each.group === group).map(({ id, words, shortcut }) => ({ id, label: t(words), accelerator: accelerator(shortcut) })),
  }));
  void menuOfSystem(made, (id) => {
    const chosen = command(id);
    if (chosen && applies(chosen)) void chosen.run();
  });
}
