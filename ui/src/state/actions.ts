// What can be done to a thread or a message, from wherever it is asked for. Each says what it did
// or puts its failure where it was asked.
import type { ErrorDetail } from '../generated/ErrorDetail';
import type { FailedView } from '../generated/FailedView';
import type { MessageView } from '../generated/MessageView';
import type { Response } from '../generated/Response';
import type { Thread } from '../generated/Thread';
import { program, responses, threads, type Metadata } from '../ipc';
import { composer } from './composer.svelte';
import { dialogs } from './dialogs.svelte';
import { edits } from './edits.svelte';
import { failures, threadSpot, type Doing, type Spot } from './failures.svelte';
import { faultIn } from './json';
import { pane } from './pane.svelte';
import { sidebar } from './sidebar.svelte';
import { toasts } from './toasts.svelte';
import { showVersion } from './versions';
import { count, t } from './words.svelte';

/**
 * Does something to a thread, shows it as it is now, and goes on from there. What is refused is said
 * beside that thread, with the way to do all of it again.
 */
async function change<T>(id: string, what: Doing, work: () => Promise<T>, then: (done: T) => unknown = () => {}): Promise<T | null> {
  const done = await failures.attempt(threadSpot(id, what), work, () => change(id, what, work, then));
  await Promise.all([sidebar.refresh(), pane.id === id ? pane.refresh() : null]);
  if (done !== null) await then(done);
  return done;
}

export const rename = (id: string, title: string) => change(id, 'title', () => threads.rename(id, title));

/** Changes metadata, going on from what was seen; what it takes away comes back with Undo. */
export const changeMetadata = (id: string, seen: Metadata, patch: Metadata) =>
  change(id, 'metadata', () => threads.changeMetadata(id, patch), (now) => offerBack(id, seen, now));

/** Sets the metadata that was written as JSON, likewise; a refusal tells where they are wrong. */
export const writeMetadata = (id: string, seen: Metadata, json: string, then: () => void) =>
  change(id, 'metadata', () => threads.writeMetadata(id, seen, json).catch((refusal: ErrorDetail) => Promise.reject(placed(refusal, json))), (now) => {
    offerBack(id, seen, now);
    then();
  });

function offerBack(id: string, seen: Metadata, { metadata }: Thread) {
  const gone = Object.fromEntries(Object.entries(seen).filter(([key]) => !(key in metadata)));
  const keys = Object.keys(gone);
  if (keys.length > 0) toasts.add(count('toast.metadataRemoved', keys.length, { key: keys[0] ?? '' }), () => void changeMetadata(id, metadata, gone));
}

const placed = (error: ErrorDetail, json: string): ErrorDetail =>
  error.code === 'invalid_metadata' ? { ...error, details: { ...error.details, ...faultIn(json) } } : error;

export const pin = (id: string, pinned: boolean) => change(id, 'pin', () => threads.pin(id, pinned));

export const lock = (id: string) => change(id, 'state', () => threads.setState(id, 'locked'));

export const unlock = (id: string) => change(id, 'state', () => threads.setState(id, 'open'), () => pane.id === id && (composer.focusWanted += 1));

export const archive = (id: string) => change(id, 'state', () => threads.setState(id, 'archived'), () => toasts.add(t('toast.archived')));

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
  await away(id, () => threads.delete(id), () => toasts.add(t('toast.deleted'), () => void undelete(id)));
}

/** Deletes an archived thread for good. */
export const erase = (id: string) => away(id, () => threads.delete(id, id), () => toasts.add(t('toast.erased')));

/** Does away with a thread; what was on show of it makes room. */
async function away(id: string, work: () => Promise<unknown>, then: () => void): Promise<void> {
  const gone = await failures.attempt(threadSpot(id, 'bin'), work, () => away(id, work, then));
  if (gone === null) return;
  then();
  if (pane.id === id) await pane.fresh();
  await sidebar.refresh();
}

export async function undelete(id: string): Promise<void> {
  const thread = await failures.attempt(threadSpot(id, 'bin'), () => threads.undelete(id), () => undelete(id));
  if (thread === null) return;
  await Promise.all([sidebar.refresh(), pane.open(id)]);
}

/** Copies the path up to a message into a new open thread and goes there. */
export async function fork(id: string, messageId: string | null = null): Promise<void> {
  const forked = await failures.attempt(threadSpot(id, 'fork'), () => threads.fork(id, messageId), () => fork(id, messageId));
  if (forked === null) return;
  toasts.add(t('toast.forked'));
  await Promise.all([sidebar.refresh(), pane.open(forked.id)]);
}

/** Asks in a thread; what is refused is said beside the message, or beside the thread once that was left. */
async function ask(id: string, messageId: string, work: () => Promise<Response>, then = () => {}): Promise<void> {
  const { place, length } = pane;
  const before = pane.byId(messageId);
  const spot = (): Spot => (pane.id === id ? `message:${messageId}` : threadSpot(id, 'send'));
  const response = await failures.attempt(spot, work, () => ask(id, messageId, work, then));
  if (response === null) return;
  then();
  await pane.accepted(response, place);
  if (before !== null && before.position < length) sayLater(id, before, length - before.position);
}

/** What followed a message follows none of its other versions: said, with the way back to it. */
function sayLater(id: string, { message, version }: MessageView, later: number) {
  toasts.add(count('version.later', later, { version }), () => void showVersion(id, message.id));
}

/** Asks again for a reply; the one there is stays as a version. */
export function retry(messageId: string) {
  const id = pane.id;
  if (id === null) return;
  const { model } = composer;
  void ask(id, messageId, () => responses.retry(id, messageId, model));
}

/** Asks again after a failure that left no text: for a reply, or for the rest of one. */
export function retryFailed({ parentId, continues }: FailedView) {
  if (continues) continueReply(parentId);
  else retry(parentId);
}

export function continueReply(messageId: string) {
  const id = pane.id;
  if (id !== null) void ask(id, messageId, () => responses.continueReply(id, messageId));
}

/** Sends an edited message in place of another, which stays as a version. */
export async function resend(messageId: string, text: string) {
  const thread = pane.id;
  if (thread === null) return;
  const model = composer.model === null ? {} : { model: composer.model };
  await ask(thread, messageId, () => responses.respond({ thread, text, replaces: messageId, ...model }), () => edits.delete(messageId));
}

export async function messageText(messageId: string, again?: () => unknown) {
  const id = pane.id;
  return id === null ? null : failures.attempt(`message:${messageId}`, () => threads.messageText(id, messageId), again);
}

export function stop() {
  const stream = pane.stream;
  if (stream) void failures.attempt('composer:stop', () => responses.cancel(stream.response.id));
}

/** Puts a message in other words. */
export function edit(messageId: string) {
  if (pane.id !== null) edits.set(messageId, { thread: pane.id, stored: null, text: '' });
}

/** Puts a message into the composer as a quotation. */
export async function quoteMessage(messageId: string): Promise<void> {
  const text = await messageText(messageId, () => quoteMessage(messageId));
  if (text !== null) composer.quote(text);
}

/** Shows two versions of a message beside each other: this one, and the one before or after it. */
export function compareVersions(view: MessageView) {
  const { versions, id } = view.message;
  const other = versions[view.version - 2] ?? versions[view.version];
  if (pane.id !== null && other !== undefined) dialogs.show({ kind: 'versions', thread: pane.id, versions, first: other, second: id });
}

/** Puts the version before or after this one on show. */
export async function step(view: MessageView, by: 1 | -1): Promise<void> {
  const id = pane.id;
  const wanted = view.message.versions[view.version - 1 + by];
  if (id === null || wanted === undefined) return;
  const shown = await failures.attempt(`message:${view.message.id}`, () => threads.chooseVersion(id, wanted), () => step(view, by));
  if (shown) pane.take(shown);
}

export async function copyMessage(messageId: string, plain: boolean) {
  const id = pane.id;
  if (id !== null && (await copied(() => program.copyMessage(id, messageId, plain)))) toasts.add(t('toast.copied'));
}

/** Copies a text; true once it is on the clipboard. */
export const copyText = (text: string) => copied(() => program.copyText(text));

/** Copies; true once it is on the clipboard. */
export async function copied(copy: () => Promise<void>): Promise<boolean> {
  const again = async () => (await copied(copy)) && toasts.add(t('toast.copied'));
  return (await failures.attempt('copy', async () => (await copy(), true), again)) === true;
}

/** Asks about a link before it is opened: the dialog names its host. */
export async function askLink(url: string) {
  const link = await failures.attempt('link', () => program.checkLink(url));
  if (link) dialogs.show({ kind: 'link', link });
}

export async function openLink(url: string) {
  await failures.attempt('link', () => program.openLink(url));
}
