// Commands on the thread on show.
import type { Thread } from '../generated/Thread';
import { askExport, copyText, fork, lock, pin, remove, undelete, unlock } from '../state/actions';
import { dialogs } from '../state/dialogs.svelte';
import { pane } from '../state/pane.svelte';
import { paper } from '../state/paper.svelte';
import { renaming } from '../state/renaming.svelte';
import { temporary } from '../state/temporary.svelte';
import { t, type Key } from '../state/words.svelte';
import type { Command } from './command';
import type { Shortcut } from './shortcut';

const shown = () => (temporary.chat === null ? pane.thread : null);

/** A command on the thread on show, where it fits that thread. */
function on(what: string, words: Key, icon: string, fits: (thread: Thread) => boolean, run: (thread: Thread) => unknown, shortcut?: Shortcut): Command {
  const when = () => {
    const thread = shown();
    return thread !== null && fits(thread);
  };
  const act = () => {
    const thread = shown();
    if (thread !== null) void run(thread);
  };
  return { id: `thread.${what}`, words, group: 'thread', icon, when, run: act, ...(shortcut ? { shortcut } : {}) };
}

const here = (thread: Thread) => thread.deletedAt === null;
const open = (thread: Thread) => here(thread) && thread.state === 'open';
const idle = (thread: Thread) => open(thread) && pane.stream === null;

function askArchive({ id, title, state }: Thread) {
  dialogs.show({ kind: 'archive', id, title: title ?? t('thread.untitled'), locked: state === 'locked' });
}

export const thread: Command[] = [
  on('rename', 'action.rename', 'edit', open, ({ id }) => (renaming.wanted = id), { key: 'F2' }),
  on('pin', 'action.pin', 'pin', (thread) => here(thread) && !thread.pinned, ({ id }) => pin(id, true)),
  on('unpin', 'action.unpin', 'pin', (thread) => here(thread) && thread.pinned, ({ id }) => pin(id, false)),
  on('client', 'list.setClient', 'tag', open, ({ id, title }) => dialogs.show({ kind: 'client', chosen: { kind: 'these', ids: [id] }, n: 1, title: title ?? t('thread.untitled') })),
  on('lock', 'action.lock', 'lock', idle, ({ id }) => lock(id)),
  on('unlock', 'action.unlock', 'unlock', (thread) => here(thread) && thread.state === 'locked', ({ id }) => unlock(id)),
  on('archive', 'action.archiveAsk', 'box', (thread) => here(thread) && thread.state !== 'archived' && pane.stream === null, askArchive),
  on('fork', 'action.forkThread', 'fork', here, ({ id }) => fork(id)),
  on('export', 'action.exportAsk', 'export', here, askExport),
  on('days', 'commands.days', 'clock', () => pane.length > 0, ({ id }) => dialogs.show({ kind: 'days', thread: id })),
  on('print', 'commands.print', 'print', () => pane.length > 0, () => paper.print(), { key: 'p', command: true }),
  on('copyId', 'inspector.copyId', 'copy', here, ({ id }) => copyText(id)),
  on('delete', 'action.delete', 'bin', open, remove),
  on('erase', 'action.eraseAsk', 'bin', (thread) => here(thread) && thread.state === 'archived', remove),
  on('undelete', 'step.undelete', 'retry', (thread) => thread.deletedAt !== null, ({ id }) => undelete(id)),
  {
    id: 'thread.keep', words: 'temporary.keep', group: 'thread', icon: 'check',
    when: () => (temporary.chat?.response ?? null) !== null, run: () => temporary.keep(),
  },
];
