// What can be done to all the threads that are chosen.
import { keyFor } from '../commands/place';
import { inList } from '../commands/places/list';
import type { Item } from '../parts/menu';
import { bulk } from '../state/bulk.svelte';
import { dialogs } from '../state/dialogs.svelte';
import { exportThreads } from '../state/exports.svelte';
import { selection } from '../state/selection.svelte';
import { sidebar } from '../state/sidebar.svelte';
import { t } from '../state/words.svelte';

export function askClient() {
  dialogs.show({ kind: 'client', chosen: selection.chosen, n: selection.count, title: null });
}

export function askArchiveAll() {
  dialogs.show({ kind: 'archiveMany', chosen: selection.chosen, n: selection.count });
}

export async function exportChosen(): Promise<void> {
  const ids = await selection.ids(exportChosen);
  if (ids.length > 0) exportThreads(ids);
}

/** Each with its symbol; in the bin, only the way back. */
export function chosenActions(): Item[] {
  const back = { label: t('step.undelete'), icon: 'retry', run: () => void bulk.putBack(selection.chosen) };
  if (sidebar.filter === 'bin') return [back];
  return [
    { label: t('action.lock'), icon: 'lock', run: () => void bulk.bring(selection.chosen, 'locked') },
    { label: t('action.unlock'), icon: 'unlock', run: () => void bulk.bring(selection.chosen, 'open') },
    { label: t('action.archiveAsk'), icon: 'box', run: askArchiveAll },
    { label: t('list.setClient'), icon: 'tag', run: askClient },
    { label: t('action.pin'), icon: 'pin', run: () => void bulk.pin(selection.chosen, true) },
    { label: t('action.exportAsk'), icon: 'export', run: () => void exportChosen() },
    { label: t('action.delete'), icon: 'bin', hint: keyFor(inList.keys.remove), run: () => void bulk.remove(selection.chosen) },
  ];
}

export function chosenMenu(): (Item | string)[] {
  const unpin = { label: t('action.unpin'), icon: 'pin', run: () => void bulk.pin(selection.chosen, false) };
  const clear = { label: t('list.clear'), icon: 'close', hint: keyFor(inList.keys.clear), run: () => selection.clear() };
  const actions = chosenActions();
  if (actions.length > 1) actions.splice(5, 0, unpin);
  return [...actions, '', clear];
}
