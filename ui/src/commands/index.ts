// Every command of the window, and what a key means.
import { composing } from '../parts/composing';
import { dialogs } from '../state/dialogs.svelte';
import { t } from '../state/words.svelte';
import { applies, type Command } from './command';
import { composer } from './composer';
import { list } from './list';
import { messages } from './messages';
import { settings } from './settings';
import { inWords, matches, type Shortcut } from './shortcut';
import { thread } from './thread';
import { window } from './window';

/** Where two share a key, the first that applies has it. */
export const commands: Command[] = [...window, ...list, ...thread, ...messages, ...composer, ...settings];

const byId = new Map(commands.map((command) => [command.id, command]));

export const command = (id: string) => byId.get(id);

/** The words of a command with its key behind them, for the button that does the same. */
export function hint(id: string) {
  const found = command(id);
  if (!found) return '';
  return found.shortcut ? `${t(found.words)} (${inWords(found.shortcut)})` : t(found.words);
}

/** What a key means now, or nothing. Dialogs and menus take their own keys before this is asked. */
export function meaning(event: KeyboardEvent): Command | null {
  if (composing(event) || event.defaultPrevented) return null;
  const writes = event.key.length === 1 && !event.ctrlKey && !event.metaKey && isField(event.target);
  if (writes) return null;
  const means = (shortcut?: Shortcut) => shortcut !== undefined && matches(event, shortcut);
  return commands.find((each) => (means(each.shortcut) || means(each.also)) && (each.anywhere || dialogs.open === null) && applies(each)) ?? null;
}

function isField(target: EventTarget | null) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
