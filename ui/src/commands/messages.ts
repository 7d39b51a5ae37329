// Commands on the messages of what is on show.
import type { MessageView } from '../generated/MessageView';
import { compareVersions, continueReply, copyMessage, edit, quoteMessage, retry, stop } from '../state/actions';
import { folds } from '../state/folds.svelte';
import { find } from '../state/find.svelte';
import { pane } from '../state/pane.svelte';
import { receipts } from '../state/receipts.svelte';
import { search } from '../state/search.svelte';
import { temporary } from '../state/temporary.svelte';
import type { Key } from '../state/words.svelte';
import { FIELD_CHARS } from '../state/writing.svelte';
import { forkHere } from '../thread/messageMenu';
import type { Command } from './command';
import { STOP } from './places/composer';

const shown = () => temporary.chat ?? pane;

/** The last reply of an open thread, while nothing is being written. */
const lastReply = () => {
  const last = pane.canWrite && pane.stream === null ? pane.last?.message : undefined;
  return last?.role === 'assistant' ? last.id : null;
};

/** That reply, where it came to no end of its own. */
const unfinished = () => {
  const last = lastReply() === null ? null : pane.last;
  const reason = last?.response?.finishReason ?? null;
  const broken = last !== null && ['cancelled', 'failed', 'interrupted'].includes(last.message.status);
  const refused = reason === 'content_filter' || reason === 'refusal';
  return last !== null && !refused && (broken || reason === 'length') ? last.message.id : null;
};

const copy = (id: string, plain: boolean) => (temporary.chat === null ? copyMessage(id, plain) : temporary.chat.copy(id, plain));
const quote = (id: string) => (temporary.chat === null ? quoteMessage(id) : temporary.chat.quoteMessage(id));

/** A command on the message that has the focus, or else on the last one. */
function on(what: string, words: Key, icon: string, fits: (view: MessageView) => boolean, run: (view: MessageView) => unknown): Command {
  const found = () => {
    const view = shown().atHand;
    return view !== null && fits(view) ? view : null;
  };
  const act = () => {
    const view = found();
    if (view !== null) void run(view);
  };
  return { id: `message.${what}`, words, group: 'message', icon, when: () => found() !== null, run: act };
}

const writable = () => pane.canWrite && pane.stream === null;
const inThread = () => temporary.chat === null;
const walks = () => shown().length > 0;
const seekable = () => temporary.chat === null && pane.id !== null && !search.shown;

/** To the next match; without any sought, to the field for one. */
const seek = (by: 1 | -1) => (find.open && find.hits.length > 0 ? find.step(by) : find.show());

export const messages: Command[] = [
  { id: 'message.next', words: 'commands.nextMessage', group: 'message', icon: 'down', shortcut: { key: 'j' }, when: walks, run: () => void (shown().stepWanted = 1) },
  { id: 'message.previous', words: 'commands.previousMessage', group: 'message', icon: 'left', shortcut: { key: 'k' }, when: walks, run: () => void (shown().stepWanted = -1) },
  {
    id: 'message.stop', words: 'shortcuts.stop', group: 'message', icon: 'stop', shortcut: STOP,
    when: () => shown().stream !== null, run: () => (temporary.chat === null ? stop() : temporary.chat.stop()),
  },
  {
    id: 'message.after', words: 'find.after', group: 'message', icon: 'right', shortcut: { key: 'F3' }, also: { key: 'g', command: true },
    when: seekable, run: () => seek(1),
  },
  {
    id: 'message.before', words: 'find.before', group: 'message', icon: 'left', shortcut: { key: 'F3', shift: true }, also: { key: 'g', command: true, shift: true },
    when: seekable, run: () => seek(-1),
  },
  {
    id: 'message.end', words: 'thread.toEnd', group: 'message', icon: 'down',
    when: walks, run: () => void (shown().endWanted += 1),
  },
  {
    id: 'message.copyLast', words: 'commands.copyLast', group: 'message', icon: 'copy',
    when: () => shown().last !== null,
    run: () => {
      const { last } = shown();
      if (last !== null) void copy(last.message.id, false);
    },
  },
  {
    id: 'message.receipt', words: 'saw.heading', group: 'message', icon: 'details',
    when: () => receipts.last !== null, run: () => receipts.choose(null),
  },
  {
    id: 'message.retryLast', words: 'commands.retryLast', group: 'message', icon: 'retry',
    when: () => temporary.chat?.canRetry ?? lastReply() !== null,
    run: () => {
      if (temporary.chat !== null) return void temporary.chat.retry();
      const id = lastReply();
      if (id !== null) retry(id);
    },
  },
  {
    id: 'message.continue', words: 'commands.continueLast', group: 'message', icon: 'right',
    when: () => unfinished() !== null,
    run: () => {
      const id = unfinished();
      if (id !== null) continueReply(id);
    },
  },
  on('copyMarkdown', 'commands.copyMarkdown', 'copy', () => true, ({ message }) => copy(message.id, false)),
  on('copyPlain', 'commands.copyPlain', 'copy', () => true, ({ message }) => copy(message.id, true)),
  on('quote', 'commands.quote', 'quote', () => !inThread() || pane.canWrite, ({ message }) => quote(message.id)),
  on('edit', 'commands.edit', 'edit', (view) => inThread() && writable() && view.message.role === 'user' && view.size <= FIELD_CHARS, ({ message }) => edit(message.id)),
  on('fork', 'commands.fork', 'fork', inThread, forkHere),
  on('aside', 'commands.asideLast', 'temporary', (view) => inThread() && view.response !== null, (view) => temporary.aside(view)),
  on('compare', 'commands.compare', 'details', (view) => view.message.versions.length > 1, compareVersions),
  on('unfold', 'commands.unfold', 'down', folds.isFolded.bind(folds), (view) => temporary.chat?.openWhole(view) ?? folds.open(pane.id ?? '', view)),
];
