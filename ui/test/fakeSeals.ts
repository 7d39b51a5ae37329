// The part of the stand-in for Rust that seals: every closed thread has a seal, and what checking
// it finds is what a test says.
import type { Exported } from '../src/generated/Exported';
import type { Finding } from '../src/generated/Finding';
import type { KeyView } from '../src/generated/KeyView';
import type { Progress } from '../src/generated/Progress';
import type { Refused } from '../src/generated/Refused';
import type { SealStatus } from '../src/generated/SealStatus';
import type { SealSummary } from '../src/generated/SealSummary';
import type { SealView } from '../src/generated/SealView';
import type { State } from '../src/generated/State';
import type { Thread } from '../src/generated/Thread';
import type { Verification } from '../src/generated/Verification';
import type { Verified } from '../src/generated/Verified';

type Args = Record<string, unknown>;
const groups = (digit: string) => Array.from({ length: 16 }, (_, i) => digit.repeat(3) + (i % 10)).join(' ');

export abstract class FakeSeals {
  abstract threads: Map<string, { thread: Thread }>;
  abstract now: number;
  /** What checking a thread finds, where it is not valid. */
  findings = new Map<string, Finding[]>();
  status = new Map<string, SealStatus>();
  key: KeyView = { object: 'signing_key', home: 'keychain', fingerprint: groups('a'), pem: 'PEM', madeAt: '2026-11-01T09:00:00.000Z', earlier: [] };
  pending = 0;
  /** Whether the keychain cannot be asked whose key it is. */
  keychainUnavailable = false;
  /** Threads that an export of several leaves out. */
  failed: Refused[] = [];
  /** Whether the person dismisses the question where to save. */
  dismissed = false;
  /** Whose folders were opened. */
  folders: string[] = [];
  /** Holds back checking all until a test says how it goes on. */
  pace: ((tell: (progress: Progress) => void) => Promise<void>) | null = null;
  stopped = new Set<string>();
  #made = 0;

  /** The seal that goes with a state. */
  sealed(thread: Thread, state: State): SealSummary | null {
    if (state === 'open') return thread.seal;
    const at = new Date(Date.parse(thread.lastActivityAt)).toISOString();
    const digest = `9f3a61c077be04d1${String(++this.#made).padStart(48, '0')}`;
    return { digest, sealedAt: at, status: 'valid', checkedAt: at };
  }

  #thread(id: unknown): Thread {
    const kept = this.threads.get(String(id));
    if (!kept) throw { code: 'thread_not_found', message: '', details: {} };
    return kept.thread;
  }

  on_get_seal({ id }: Args): SealView | null {
    const { seal, messageCount, state } = this.#thread(id);
    if (seal === null) return null;
    const unsigned = this.status.get(String(id)) === 'unsigned';
    return {
      object: 'seal', threadId: String(id), ...seal, state, messages: messageCount, previous: null, program: '0.1.0',
      signedAt: unsigned ? null : seal.sealedAt, fingerprint: unsigned ? null : this.key.fingerprint,
    };
  }

  on_verify_thread({ id }: Args): Verification {
    const thread = this.#thread(id);
    const findings = this.findings.get(thread.id) ?? [];
    const status = findings.length > 0 ? 'altered' : (this.status.get(thread.id) ?? 'valid');
    const checkedAt = new Date(Math.max(this.now, Date.now())).toISOString();
    const kept = this.threads.get(thread.id);
    if (kept && thread.seal) kept.thread = { ...thread, seal: { ...thread.seal, status, checkedAt } };
    return {
      object: 'verification', threadId: thread.id, path: null, status, keychainUnavailable: this.keychainUnavailable && status === 'unknown_key', findings, digest: thread.seal?.digest ?? null,
      sealedAt: thread.seal?.sealedAt ?? null, messages: thread.messageCount, fingerprint: this.key.fingerprint, checkedAt,
    };
  }

  async on_verify_all({ job, progress }: Args): Promise<Verified> {
    await this.pace?.((at) => (progress as { onmessage: (at: Progress) => void }).onmessage(at));
    const closed = [...this.threads.values()].filter(({ thread }) => thread.state !== 'open');
    const found = closed.map(({ thread }) => this.on_verify_thread({ id: thread.id }));
    return { object: 'verified', checked: found.length, troubles: found.filter((each) => each.status !== 'valid'), cancelled: this.stopped.has(String(job)) };
  }

  on_stop_work({ job }: Args) {
    this.stopped.add(String(job));
  }

  on_signing_key() {
    return this.key;
  }

  on_replace_signing_key() {
    const { fingerprint, madeAt, earlier } = this.key;
    this.key = { ...this.key, fingerprint: groups('b'), earlier: [{ fingerprint: fingerprint ?? '', madeAt: madeAt ?? '' }, ...earlier] };
    return this.key;
  }

  async on_export({ job, wanted, progress }: Args): Promise<Exported | null> {
    if (this.dismissed) return null;
    await this.pace?.((at) => (progress as { onmessage: (at: Progress) => void }).onmessage(at));
    const { kind, ids, client } = wanted as { kind: string; ids?: string[]; client?: string };
    const chosen = [...this.threads.values()].map((kept) => kept.thread).filter((each) => (kind === 'threads' ? ids?.includes(each.id) : kind === 'all' || each.metadata['client'] === client));
    const refused = chosen.filter((each) => this.findings.has(each.id)).map((each) => this.on_verify_thread({ id: each.id }));
    const failed = this.failed.filter(({ id }) => chosen.some((each) => each.id === id));
    const left = chosen.filter(({ id }) => !this.findings.has(id) && !failed.some((each) => each.id === id));
    const files = left.map((each) => ({ threadId: each.id, path: `/home/anna/Documents/skein-${each.id}-9f3a61c0.zip`, part: 1, parts: 1, pdf: true, size: 48_230, sha256: 'ab', status: null }));
    const cancelled = this.stopped.has(String(job));
    return { object: 'exported', files: cancelled ? [] : files, refused, failed, cancelled };
  }

  on_export_public_key() {
    return '/home/anna/Documents/skein-signing-key.pub.pem';
  }

  on_show_in_folder({ path }: Args) {
    this.folders.push(String(path));
  }

  on_sign_pending() {
    const signed = this.pending;
    this.pending = 0;
    for (const [id, status] of this.status) if (status === 'unsigned') this.status.delete(id);
    return signed;
  }
}
