// What can be done to a thread from its line in the list.
import type { Chosen } from '../generated/Chosen';
import type { SidebarRow } from '../generated/SidebarRow';
import { keyFor } from '../commands/place';
import { inList } from '../commands/places/list';
import type { Item } from '../parts/menu';
import { copyText, fork, lock, pin, remove, undelete, unlock } from '../state/actions';
import { dialogs } from '../state/dialogs.svelte';
import { selection } from '../state/selection.svelte';
import { settings } from '../state/settings.svelte';
import { renaming } from '../state/renaming.svelte';
import { t } from '../state/words.svelte';

function exportRow({ id, title, state, group }: SidebarRow) {
  const client = settings.all.groupBy === 'client' ? group : null;
  dialogs.show({ kind: 'export', threads: [{ id, title, state, client }] });
}

function chooseRow(id: string, index: number): Item {
  const run = () => {
    selection.anchor = index;
    selection.toggle(id);
  };
  return { label: t('list.choose'), icon: 'check', hint: keyFor(inList.keys.choose), run };
}

/** `index` is its line in the list, where it is asked for there. */
export function rowMenu(row: SidebarRow, onopen: (id: string) => void, index: number | null = null): (Item | string)[] {
  const choose = index === null ? [] : [chooseRow(row.id, index)];
  if (row.deletedAt) return [{ label: t('step.undelete'), icon: 'retry', run: () => void undelete(row.id) }, ...choose];
  const title = row.title ?? t('thread.untitled');
  const open = row.state === 'open';
  const items: (Item | string)[] = [
    { label: row.pinned ? t('action.unpin') : t('action.pin'), icon: 'pin', run: () => void pin(row.id, !row.pinned) },
    { label: t('action.forkThread'), icon: 'fork', run: () => void fork(row.id) },
    { label: t('action.exportAsk'), icon: 'export', run: () => exportRow(row) },
  ];
  if (open) {
    const chosen: Chosen = { kind: 'these', ids: [row.id] };
    items.splice(1, 0, { label: t('list.setClient'), icon: 'tag', run: () => dialogs.show({ kind: 'client', chosen, n: 1, title }) });
    items.unshift({
      label: t('action.rename'),
      icon: 'edit',
      hint: keyFor(inList.keys.rename),
      run: () => {
        onopen(row.id);
        renaming.wanted = row.id;
      },
    });
    items.push({ label: t('action.lock'), icon: 'lock', run: () => void lock(row.id) });
  }
  if (row.state === 'locked') items.push({ label: t('action.unlock'), icon: 'unlock', run: () => void unlock(row.id) });
  if (row.state !== 'archived') {
    const ask = () => dialogs.show({ kind: 'archive', id: row.id, title, locked: !open });
    items.push({ label: t('action.archiveAsk'), icon: 'box', run: ask });
  }
  const erase = row.state === 'archived';
  items.push(...choose, { label: t('inspector.copyId'), icon: 'copy', run: () => void copyText(row.id) });
  items.push('', {
    label: erase ? t('action.eraseAsk') : t('action.delete'),
    icon: 'bin',
    disabled: row.state === 'locked',
    hint: row.state === 'locked' ? t('action.unlockFirst') : keyFor(inList.keys.remove),
    run: () => void remove(row),
  });
  return items;
}
