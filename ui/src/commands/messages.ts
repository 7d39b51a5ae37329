// Commands on the messages of what is on show.
import { copyMessage, retry, stop } from '../state/actions';
import { pane } from '../state/pane.svelte';
import { receipts } from '../state/receipts.svelte';
import { temporary } from '../state/temporary.svelte';
import type { Command } from './command';

const shown = () => temporary.chat ?? pane;

/** The last reply of an open thread, while nothing is being written. */
const lastReply = () => {
  const last = temporary.chat === null && pane.canWrite && pane.stream === null ? pane.last?.message : undefined;
  return last?.role === 'assistant' ? last.id : null;
};

export const messages: Command[] = [
  {
    id: 'message.stop', words: 'shortcuts.stop', group: 'message', icon: 'stop', shortcut: { key: 'Escape' },
    when: () => shown().stream !== null, run: () => (temporary.chat === null ? stop() : temporary.chat.stop()),
  },
  {
    id: 'message.end', words: 'thread.toEnd', group: 'message', icon: 'down',
    when: () => temporary.chat === null && pane.length > 0, run: () => void (pane.endWanted += 1),
  },
  {
    id: 'message.copyLast', words: 'commands.copyLast', group: 'message', icon: 'copy',
    when: () => temporary.chat === null && pane.last !== null,
    run: () => (pane.last === null ? undefined : copyMessage(pane.last.message.id, false)),
  },
  {
    id: 'message.receipt', words: 'saw.heading', group: 'message', icon: 'details',
    when: () => temporary.chat === null && receipts.last !== null, run: () => receipts.choose(null),
  },
  {
    id: 'message.retryLast', words: 'commands.retryLast', group: 'message', icon: 'retry',
    when: () => lastReply() !== null,
    run: () => {
      const id = lastReply();
      if (id !== null) retry(id);
    },
  },
];
