// What can be done to a thread or a message, from wherever it is asked for. Each says what it did
// or puts its failure where it was asked.
import type { MessageView } from '../generated/MessageView';
import type { Response } from '../generated/Response';
import type { Thread } from '../generated/Thread';
import { program, responses, threads, type Metadata } from '../ipc';
import { composer } from './composer.svelte';
import { dialogs } from './dialogs.svelte';
import { edits } from './edits.svelte';
import { failures, type Spot } from './failures.svelte';
import { pane } from './pane.svelte';
import { sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { t } from './words.svelte';

/** Does something to a thread, then shows it as it is now. */
async function change<T>(id: string, spot: Spot, work: () => Promise<T>): Promise<T | null> {
  const done = await failures.attempt(spot, work);
  await Promise.all([sidebar.refresh(), pane.id === id ? pane.refresh() : null]);
  return done;
}

export const rename = (id: string, title: string) => change(id, 'thread', () => threads.rename(id, title));

export const changeMetadata = (id: string, patch: Metadata, spot: Spot = 'thread') =>
  change(id, spot, () => threads.changeMetadata(id, patch));

export const pin = (id: string, pinned: boolean) => change(id, 'thread', () => threads.pin(id, pinned));

export const lock = (id: string) => change(id, 'thread', () => threads.setState(id, 'locked'));

export async function unlock(id: string) {
  const open = await change(id, 'thread', () => threads.setState(id, 'open'));
  if (open && pane.id === id) composer.focusWanted += 1;
}

export async function archive(id: string) {
  const archived = await change(id, 'thread', () => threads.setState(id, 'archived'));
  if (archived) toasts.add(t('toast.archived'));
}

/** Asks what of a thread to export, and as what. */
export function askExport({ id, title, state, metadata }: Pick<Thread, 'id' | 'title' | 'state' | 'metadata'>) {
  const client = metadata['client'];
  dialogs.show({ kind: 'export', threads: [{ id, title, state, client: typeof client === 'string' ? client : null }] });
}

/** Moves an open thread to the bin; an archived one goes for good and is asked about first. */
export async function remove(thread: Pick<Thread, 'id' | 'title' | 'state'>) {
  const { id } = thread;
  if (thread.state === 'archived') {
    dialogs.show({ kind: 'erase', id, title: thread.title ?? t('thread.untitled') });
    return;
  }
  if (pane.id === id) await composer.flush();
  const deleted = await failures.attempt('thread', () => threads.delete(id));
  if (deleted === null) return;
  toasts.add(t('toast.deleted'), () => void undelete(id));
  if (pane.id === id) await pane.fresh();
  await sidebar.refresh();
}

/** Deletes an archived thread for good. */
export async function erase(id: string) {
  const deleted = await failures.attempt('thread', () => threads.delete(id, id));
  if (deleted === null) return;
  toasts.add(t('toast.erased'));
  if (pane.id === id) await pane.fresh();
  await sidebar.refresh();
}

export async function undelete(id: string) {
  const thread = await failures.attempt('thread', () => threads.undelete(id));
  if (thread === null) return;
  await Promise.all([sidebar.refresh(), pane.open(id)]);
}

/** Copies the path up to a message into a new open thread and goes there. */
export async function fork(id: string, messageId: string | null = null) {
  const forked = await failures.attempt('thread', () => threads.fork(id, messageId));
  if (forked === null) return;
  toasts.add(t('toast.forked'));
  await Promise.all([sidebar.refresh(), pane.open(forked.id)]);
}

async function ask(spot: Spot, work: () => Promise<Response>) {
  const response = await failures.attempt(spot, work);
  if (response === null) return false;
  await pane.accepted(response);
  return true;
}

/** Asks again for a reply; the one there is stays as a version. */
export function retry(messageId: string) {
  const id = pane.id;
  if (id !== null) void ask(`message:${messageId}`, () => responses.retry(id, messageId, composer.model));
}

/** Asks again after a failure that left no text: for a reply, or for the rest of one. */
export function retryFailed() {
  const last = pane.last?.message;
  if (last?.role === 'assistant') continueReply(last.id);
  else if (last) retry(last.id);
}

export function continueReply(messageId: string) {
  const id = pane.id;
  if (id !== null) void ask(`message:${messageId}`, () => responses.continueReply(id, messageId));
}

/** Sends an edited message in place of another, which stays as a version. */
export async function resend(messageId: string, text: string) {
  const thread = pane.id;
  if (thread === null) return false;
  const model = composer.model === null ? {} : { model: composer.model };
  return ask(`message:${messageId}`, () => responses.respond({ thread, text, replaces: messageId, ...model }));
}

export async function messageText(messageId: string) {
  const id = pane.id;
  return id === null ? null : failures.attempt(`message:${messageId}`, () => threads.messageText(id, messageId));
}

export function stop() {
  const stream = pane.stream;
  if (stream) void failures.attempt('composer', () => responses.cancel(stream.response.id));
}

/** Puts a message in other words. */
export const edit = (messageId: string) => void edits.set(messageId, null);

/** Puts a message into the composer as a quotation. */
export async function quoteMessage(messageId: string) {
  const text = await messageText(messageId);
  if (text !== null) composer.quote(text);
}

/** Shows two versions of a message beside each other: this one, and the one before or after it. */
export function compareVersions(view: MessageView) {
  const { versions, id } = view.message;
  const other = versions[view.version - 2] ?? versions[view.version];
  if (pane.id !== null && other !== undefined) dialogs.show({ kind: 'versions', thread: pane.id, versions, first: other, second: id });
}

/** Puts the version before or after this one on show. */
export async function step(view: MessageView, by: 1 | -1) {
  const id = pane.id;
  const wanted = view.message.versions[view.version - 1 + by];
  if (id === null || wanted === undefined) return;
  const shown = await failures.attempt(`message:${view.message.id}`, () => threads.chooseVersion(id, wanted));
  if (shown) pane.take(shown);
}

export async function copyMessage(messageId: string, plain: boolean) {
  const id = pane.id;
  if (id !== null && (await copied(() => program.copyMessage(id, messageId, plain)))) toasts.add(t('toast.copied'));
}

/** Copies a text; true once it is on the clipboard. */
export const copyText = (text: string) => copied(() => program.copyText(text));

/** Copies; true once it is on the clipboard. */
export async function copied(copy: () => Promise<void>) {
  try {
    await copy();
    return true;
  } catch {
    toasts.add(t('toast.notCopied'));
    return false;
  }
}

/** Asks about a link before it is opened: the dialog names its host. */
export async function askLink(url: string) {
  try {
    dialogs.show({ kind: 'link', link: await program.checkLink(url) });
  } catch {
    toasts.add(t('link.refused'));
  }
}

export async function openLink(url: string) {
  try {
    await program.openLink(url);
  } catch {
    toasts.add(t('link.noBrowser'));
  }
}
