// What does not agree with a seal, and the four answers, in the window's words.
import type { Finding } from '../generated/Finding';
import type { FindingKind } from '../generated/FindingKind';
import type { SealStatus } from '../generated/SealStatus';
import { t, words, type Key } from '../state/words.svelte';

const kinds: Record<FindingKind, Key> = {
  message_changed: 'finding.messageChanged',
  message_missing: 'finding.messageMissing',
  message_added: 'finding.messageAdded',
  message_moved: 'finding.messageMoved',
  messages_changed: 'finding.messagesChanged',
  title_changed: 'finding.titleChanged',
  metadata_changed: 'finding.metadataChanged',
  thread_changed: 'finding.threadChanged',
  history_changed: 'finding.historyChanged',
  seal_changed: 'finding.sealChanged',
  seal_missing: 'finding.sealMissing',
  seal_replaced: 'finding.sealReplaced',
  signature_wrong: 'finding.signatureWrong',
  file_changed: 'finding.fileChanged',
  file_missing: 'finding.fileChanged',
  file_added: 'finding.fileChanged',
  unreadable: 'finding.unreadable',
};

/** One thing that does not agree, as a sentence. */
export function sayFinding(finding: Finding): string {
  const aboutOne = finding.kind.startsWith('message_');
  if (aboutOne && finding.message === null) return t('finding.messagesChanged');
  return t(kinds[finding.kind], { n: finding.message ?? 0 });
}

/** How an answer is drawn: symbol, tone and word together. */
export const answers: Record<SealStatus, { icon: string; tone: string; word: Key }> = {
  valid: { icon: 'check', tone: 'ok', word: 'seal.valid' },
  altered: { icon: 'warn', tone: 'locked', word: 'seal.altered' },
  unknown_key: { icon: 'warn', tone: 'warn', word: 'seal.unknownKey' },
  unsigned: { icon: 'warn', tone: 'warn', word: 'seal.unsigned' },
};

/** Whether a key that this machine knows has signed. */
export const isSigned = (status: SealStatus) => status !== 'unsigned' && status !== 'unknown_key';

/** The word for an answer. Where the keychain cannot be asked, nobody knows whether the key is a stranger's. */
export function wordFor(found: { status: SealStatus; keychainUnavailable?: boolean }): Key {
  return found.keychainUnavailable ? 'seal.keyUnasked' : answers[found.status].word;
}

/** When it was checked: just now, or the clock, or the day. */
export function sayWhen(checkedAt: string): string {
  const fresh = words.now - new Date(checkedAt).getTime() < 60_000;
  return fresh ? t('seal.justNow') : words.when(checkedAt);
}

/** A digest as it is read: the first groups of four digits. */
export const short = (digits: string) => `${(digits.replaceAll(' ', '').match(/.{4}/g) ?? []).slice(0, 4).join(' ')}…`;
