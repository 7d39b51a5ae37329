// What can be done with a message of a thread, with the mouse and with the keyboard.
import type { MessageView } from '../generated/MessageView';
import type { Item } from '../parts/menu';
import { compareVersions, copyMessage, copyText, edit, fork, quoteMessage, retry, step } from '../state/actions';
import { composer } from '../state/composer.svelte';
import { pane } from '../state/pane.svelte';
import { receipts } from '../state/receipts.svelte';
import { temporary } from '../state/temporary.svelte';
import { t } from '../state/words.svelte';
import { FIELD_CHARS, type Writing } from '../state/writing.svelte';
import { selectedIn } from './selection';

const writable = () => pane.canWrite && pane.stream === null;

/** What stands beside a message while it is looked at. */
export function usualActs(view: MessageView): Item[] {
  const { id } = view.message;
  const again = writable() ? againAct(view) : [];
  return [
    { label: t('action.copy'), run: () => void copyMessage(id, false) },
    ...again,
    ...receiptAct(view, t('message.receipt')),
    { label: t('action.fork'), hint: t('action.forkHere'), run: () => forkHere(view) },
  ];
}

/** Asking again: for a reply, or with other words. */
function againAct(view: MessageView): Item[] {
  const { id, role } = view.message;
  if (role === 'assistant') return [{ label: t('action.retry'), icon: 'retry', run: () => retry(id) }];
  if (role !== 'user') return [];
  const tooLong = view.size > FIELD_CHARS;
  const item: Item = { label: t('action.edit'), icon: 'edit', disabled: tooLong, run: () => edit(id) };
  return [tooLong ? { ...item, hint: t('edit.tooLong') } : item];
}

/** What the model saw, for a reply. */
const receiptAct = (view: MessageView, label: string): Item[] =>
  view.response === null ? [] : [{ label, icon: 'details', run: () => receipts.choose(view) }];

export const forkHere = (view: MessageView) => {
  if (pane.id !== null) void fork(pane.id, view.message.id);
};

/** Copying, and quoting where something can be written: first what is selected of a message, then all of it. */
export function textActs(id: string, copy: (plain: boolean) => unknown, into: { writing: Writing; quote: () => unknown } | null): (Item | string)[] {
  const words = selectedIn(id);
  const items: (Item | string)[] = [];
  if (words !== '') items.push({ label: t('action.copySelection'), icon: 'copy', run: () => void copyText(words) });
  if (words !== '' && into) items.push({ label: t('action.quoteSelection'), icon: 'quote', run: () => into.writing.quote(words) });
  if (items.length > 0) items.push('');
  items.push(
    { label: t('action.copyMarkdown'), icon: 'copy', run: () => void copy(false) },
    { label: t('action.copyPlain'), icon: 'copy', run: () => void copy(true) },
  );
  if (into) items.push({ label: t('action.quote'), icon: 'quote', run: () => void into.quote() });
  return items;
}

/** Everything, for the menu. */
export function messageMenu(view: MessageView): (Item | string)[] {
  const { id } = view.message;
  const into = pane.canWrite ? { writing: composer, quote: () => quoteMessage(id) } : null;
  const items = textActs(id, (plain) => copyMessage(id, plain), into);
  items.push('', ...(writable() ? againAct(view) : []), { label: t('action.forkHereMenu'), icon: 'fork', run: () => forkHere(view) });
  if (view.response) items.push({ label: t('action.aside'), icon: 'temporary', run: () => void temporary.aside(view) });
  items.push(...receiptAct(view, t('saw.heading')));
  return [...items, ...versionActs(view)];
}

function versionActs(view: MessageView): (Item | string)[] {
  const all = view.message.versions.length;
  if (all < 2) return [];
  return [
    '',
    { label: t('version.before'), icon: 'left', disabled: view.version <= 1, run: () => void step(view, -1) },
    { label: t('version.after'), icon: 'right', disabled: view.version >= all, run: () => void step(view, 1) },
    { label: t('version.compare'), icon: 'details', run: () => compareVersions(view) },
  ];
}
