// Messages that are being put in other words, by their id. An edit outlives the message on show, which
// may be drawn anew at any time, and the thread that it stands in.
import { SvelteMap } from 'svelte/reactivity';
import { threads } from '../ipc';
import { composer } from './composer.svelte';
import { drafts } from './drafts';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';
import { joined } from './writing.svelte';

type Edit = {
  thread: string;
  /** What the message says; `null` until that is there. */
  stored: string | null;
  /** What was typed so far. */
  text: string;
};

export const edits = new SvelteMap<string, Edit>();

const changed = ({ text, stored }: Edit) => stored !== null && text !== stored;

/** Puts an edit away. What was changed in it can be come back to. */
export function leaveEdit(messageId: string) {
  const edit = edits.get(messageId);
  edits.delete(messageId);
  if (edit === undefined || !changed(edit)) return;
  toasts.add(t('toast.editLeft'), () => {
    edits.set(messageId, edit);
    if (pane.id !== edit.thread) void pane.open(edit.thread, messageId);
  });
}

/** Puts what was changed and not sent into the drafts of its threads: once the window is closed, an edit is nowhere else. */
export async function keepEdits() {
  await composer.flush();
  for (const [messageId, edit] of edits) {
    const { thread, text } = edit;
    if (!changed(edit)) continue;
    const draft = drafts.held(thread) ?? (await failures.attempt(`draft:${thread}`, () => threads.draft(thread)));
    if (draft === null) continue;
    edits.delete(messageId);
    drafts.hold(thread, { ...draft, text: joined({ text: draft.text, folds: [{ text }] }) });
  }
  await drafts.store();
}
