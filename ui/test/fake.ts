// A stand-in for Rust, for tests and pictures only: a small store in memory behind the real IPC.
// It knows just enough of the rules for the window to be looked at; Rust's own tests hold them.
import { mockIPC } from '@tauri-apps/api/mocks';
import type { ApiState } from '../src/generated/ApiState';
import type { Asking } from '../src/generated/Asking';
import type { BulkChange } from '../src/generated/BulkChange';
import type { BulkReport } from '../src/generated/BulkReport';
import type { Chosen } from '../src/generated/Chosen';
import type { Comparison } from '../src/generated/Comparison';
import type { Draft } from '../src/generated/Draft';
import type { DueReason } from '../src/generated/DueReason';
import type { DueThread } from '../src/generated/DueThread';
import type { Endpoint } from '../src/generated/Endpoint';
import type { FailedView } from '../src/generated/FailedView';
import type { FoundEndpoint } from '../src/generated/FoundEndpoint';
import type { FoundInThread } from '../src/generated/FoundInThread';
import type { Entry } from '../src/generated/Entry';
import type { ErrorDetail } from '../src/generated/ErrorDetail';
import type { MessageStatus } from '../src/generated/MessageStatus';
import type { MessageView } from '../src/generated/MessageView';
import type { Response } from '../src/generated/Response';
import type { RetentionReport } from '../src/generated/RetentionReport';
import type { Role } from '../src/generated/Role';
import type { Settings } from '../src/generated/Settings';
import type { SidebarGroup } from '../src/generated/SidebarGroup';
import type { SidebarListing } from '../src/generated/SidebarListing';
import type { SidebarRow } from '../src/generated/SidebarRow';
import type { State } from '../src/generated/State';
import type { StreamEvent } from '../src/generated/StreamEvent';
import type { Thread } from '../src/generated/Thread';
import type { ThreadOptions } from '../src/generated/ThreadOptions';
import type { ThreadDay } from '../src/generated/ThreadDay';
import type { ThreadView } from '../src/generated/ThreadView';
import { FakePrompts } from './fakePrompts';

type Args = Record<string, unknown>;
type Stored = {
  id: string;
  parent: string | null;
  role: Role;
  text: string;
  at: string;
  model: string | null;
  status: MessageStatus;
  response: Response | null;
};
type Kept = { thread: Thread; messages: Stored[]; tip: string | null; draft: Draft; history: Entry[]; failed: FailedView | null };

const blank: Draft = { text: '', system: null, model: null };

export const refusal = (code: string, details: Args = {}): ErrorDetail => ({ code, message: code, details });

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** Enough Markdown for a picture: paragraphs, bold, code blocks, lists. */
export function html(text: string): string {
  return (text.match(/```\w*\n[\s\S]*?\n```|(?:(?!\n\n|```)[\s\S])+/g) ?? []).map((each) => block(each.trim())).join('');
}

function block(text: string): string {
  const fence = /^```(\w*)\n([\s\S]*?)\n?```$/.exec(text);
  if (fence) {
    const lang = fence[1] ? `<span class="lang">${fence[1]}</span>` : '';
    return `<pre class="code" dir="ltr"><div class="head">${lang}<button type="button" class="wrap" data-wrap></button><button type="button" class="copy" data-copy></button></div><code tabindex="0" data-lang="${fence[1]}">${colour(fence[2] ?? '')}</code></pre>`;
  }
  if (text.startsWith('- ')) return `<ul dir="auto">${text.split('\n').map((line) => `<li dir="auto">${inline(line.slice(2))}</li>`).join('')}</ul>`;
  return `<p dir="auto">${inline(text)}</p>`;
}

const inline = (text: string) =>
  escape(text)
    .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
    .replace(/`(.+?)`/g, '<code>$1</code>')
    .replace(/\[(.+?)\]\((.+?)\)/g, '<a href="$2" title="$2" data-link rel="noopener noreferrer" dir="auto">$1</a>');

const colour = (code: string) =>
  escape(code)
    .replace(/(#.*)$/gm, '<span class="c">$1</span>')
    .replace(/\b(import|for|in|fn|let|return)\b/g, '<span class="k">$1</span>')
    .replace(/=(\d+)/g, '=<span class="s">$1</span>');

export class Fake extends FakePrompts {
  threads = new Map<string, Kept>();
  endpoints: Endpoint[] = [
    { id: 'ep_0', name: 'practice', protocol: 'practice', baseUrl: '', model: null, contextWindow: null, allowHttp: false, options: { authHeader: null, organizationId: null, firstTokenSeconds: null, proxy: null }, parameters: {}, key: 'none', isDefault: true },
  ];
  settings: Settings = {
    appearance: { theme: 'light', textSize: 100, density: 'comfortable', language: 'en' }, groupBy: 'client', sort: 'activity', folded: [], enterSends: true, inspectorOpen: true,
    panes: { sidebarOpen: true, sidebarWidth: 268, inspectorWidth: 296 }, notify: true, recentCommands: [],
    retention: { mode: 'review', inactivityDays: 90, ageDays: 365 }, api: { enabled: false, port: 8417 },
  };
  /** Chains by the id of their last response. */
  chains = new Map<string, Kept>();
  notice: RetentionReport | null = null;
  portsInUse: number[] = [];
  renewed = 0;
  shown: string[] = [];
  keychain: 'ready' | 'missing' | 'locked' | 'silent' = 'ready';
  readOnly = false;
  newDraft: Draft = { ...blank };
  opened: string[] = [];
  copied: string[] = [];
  links: string[] = [];
  keys: string[] = [];
  calls: { command: string; args: Args }[] = [];
  /** Commands that nobody answers. */
  hold = new Set<string>();
  /** Commands that are answered late: once this has come. */
  late = new Map<string, Promise<unknown>>();
  /** Commands that are refused, with what. */
  refuse = new Map<string, ErrorDetail>();
  now = Date.parse('2026-11-22T14:06:00.000Z');
  budget = 128_000;
  /** How the next replies go; without any, they wait for `say` and `end`. */
  hear: (events: StreamEvent[]) => void = () => {};
  running = new Map<string, { response: Response; parent: string; tip: string | null; text: string; reasoning: string; said: number; closed: number }>();
  #seq = 0;

  install() {
    mockIPC((command, args) => this.answer(command, (args ?? {}) as Args), { shouldMockEvents: true });
    return this;
  }

  async answer(command: string, args: Args): Promise<unknown> {
    this.calls.push({ command, args });
    if (this.hold.has(command)) return new Promise(() => {});
    await this.late.get(command);
    const refused = this.refuse.get(command);
    if (refused) throw refused;
    const handler = (this as unknown as Record<string, (args: Args) => unknown>)[`on_${command}`];
    if (!handler) throw refusal('unexpected', { command });
    return handler.call(this, args);
  }

  did(command: string) {
    return this.calls.filter((call) => call.command === command).map((call) => call.args);
  }

  add(id: string, title: string | null, client: string | null, state: State, hoursAgo: number, extra: Args = {}): Kept {
    const at = new Date(this.now - hoursAgo * 3_600_000).toISOString();
    const thread: Thread = {
      id, object: 'thread', title, state, metadata: { ...(client ? { client } : {}), ...extra }, messageCount: 0, pinned: false,
      revision: 1, createdAt: at, updatedAt: at, lastActivityAt: at, deletedAt: null, forkedFrom: null, seal: null,
    };
    thread.seal = this.sealed(thread, state);
    const kept: Kept = { thread, messages: [], tip: null, draft: { ...blank }, history: [], failed: null };
    this.threads.set(id, kept);
    this.note(kept, 'created');
    if (state !== 'open') this.note(kept, state);
    return kept;
  }

  note(kept: Kept, kind: Entry['kind'], at = new Date(Math.max(this.now, Date.parse(kept.thread.lastActivityAt))).toISOString()) {
    kept.history.push({ seq: ++this.#seq, object: 'entry', kind, from: null, to: null, door: 'window', at: kind === 'created' ? kept.thread.createdAt : at, detail: null });
  }

  say(kept: Kept, role: Role, text: string, more: Partial<Stored> = {}): Stored {
    const message: Stored = {
      id: `msg_${++this.#seq}`, parent: kept.tip, role, text, at: new Date(this.now).toISOString(),
      model: role === 'assistant' ? 'gpt-4.1' : null, status: 'completed', response: null, ...more,
    };
    if (role === 'assistant' && !message.response) {
      message.response = { ...this.response(kept.thread.id), status: 'completed', finishReason: 'stop', usage: { inputTokens: 900, outputTokens: Math.ceil(text.length / 4), totalTokens: 900 + Math.ceil(text.length / 4) } };
    }
    kept.messages.push(message);
    kept.tip = message.id;
    kept.thread = { ...kept.thread, messageCount: kept.messages.length, revision: kept.thread.revision + 1 };
    return message;
  }

  response(thread: string, model = 'gpt-4.1'): Response {
    return {
      id: `resp_${++this.#seq}`, object: 'response', status: 'pending', finishReason: null, model, endpoint: 'OpenAI', thread, threadState: 'open',
      previousResponseId: null, output: [], reasoning: null, usage: null, context: { sent: 1, leftOut: 0 }, error: null,
      createdAt: new Date(this.now).toISOString(), completedAt: null,
    };
  }

  get(id: unknown): Kept {
    const kept = this.threads.get(String(id));
    if (!kept) throw refusal('thread_not_found');
    return kept;
  }

  path(kept: Kept): Stored[] {
    const byId = new Map(kept.messages.map((message) => [message.id, message]));
    const path: Stored[] = [];
    for (let at = kept.tip; at !== null; ) {
      const message = byId.get(at);
      if (!message) break;
      path.push(message);
      at = message.parent;
    }
    return path.reverse();
  }

  view(kept: Kept, message: Stored, position: number, whole = false): MessageView {
    const lines = message.text.split('\n').length;
    const folded = !whole && lines > 100 ? lines : null;
    const text = folded === null ? message.text : message.text.split('\n').slice(0, 20).join('\n');
    const versions = kept.messages.filter((each) => each.parent === message.parent && each.role === message.role).map((each) => each.id);
    return {
      message: {
        id: message.id, object: 'message', threadId: kept.thread.id, parentId: message.parent, role: message.role, texts: [], createdAt: message.at,
        responseId: message.response?.id ?? null, model: message.model, reasoning: null, status: message.status, versions, copiedFrom: null,
      },
      position, html: html(text), folded, size: message.text.length, version: versions.indexOf(message.id) + 1, response: message.response,
      cost: message.response ? this.cost(message.response) : null,
    };
  }

  on_open_thread({ id, around }: Args): ThreadView {
    const kept = this.get(id);
    this.opened.push(String(id));
    const path = this.path(kept);
    const found = path.findIndex((message) => message.id === around);
    const from = found >= 0 ? Math.max(0, found - 15) : Math.max(0, path.length - 30);
    const run = this.running.get(kept.thread.id);
    const spent = kept.messages.reduce((sum, message) => sum + (message.response?.usage?.totalTokens ?? 0), 0);
    return {
      thread: kept.thread, length: path.length,
      messages: path.slice(from, from + 30).map((message, i) => this.view(kept, message, from + i + 1)),
      streaming: run ? { response: run.response, closed: [], tail: html(run.text), reasoning: run.reasoning, elsewhere: false } : null,
      failed: kept.failed, draft: kept.draft,
      usage: spent > 0 ? { inputTokens: Math.round(spent * 0.8), outputTokens: Math.round(spent * 0.2), totalTokens: spent } : null,
    };
  }

  on_message_views({ id, from, to, whole }: Args): MessageView[] {
    const kept = this.get(id);
    return this.path(kept).slice(Number(from) - 1, Number(to)).map((message, i) => this.view(kept, message, Number(from) + i, whole === true));
  }

  on_compare_messages({ id, left, right }: Args): Comparison {
    const kept = this.get(id);
    const side = (wanted: unknown) => {
      const found = kept.messages.find((message) => message.id === wanted);
      if (!found) throw refusal('message_not_found');
      return { text: found.text, message: this.view(kept, found, 1).message };
    };
    const [old, fresh] = [side(left), side(right)];
    const changed = old.text !== fresh.text;
    return { left: old.message, right: fresh.message, rows: [{ type: 'lines', left: [{ text: old.text, changed }], right: [{ text: fresh.text, changed }] }] };
  }

  on_thread_days({ id }: Args): ThreadDay[] {
    const days: ThreadDay[] = [];
    for (const [i, message] of this.path(this.get(id)).entries()) {
      const date = message.at.slice(0, 10);
      const last = days.at(-1);
      if (last?.date === date) last.messages += 1;
      else days.push({ date, position: i + 1, messages: 1 });
    }
    return days;
  }

  printed: string[] = [];
  on_print_page() {
    this.printed.push(document.querySelector('.paper')?.textContent ?? '');
  }

  on_chain_text({ responseId, messageId }: Args) {
    return this.chains.get(String(responseId))?.messages.find((message) => message.id === messageId)?.text ?? '';
  }

  on_message_text({ id, messageId }: Args) {
    return this.get(id).messages.find((message) => message.id === messageId)?.text ?? '';
  }

  /** The threads of a listing in their order. */
  #listed({ groupBy, sort, state, deleted, text }: SidebarListing) {
    const words = (text ?? '').toLowerCase().split(' ').filter((word) => !word.includes(':'));
    const holds = (thread: Thread) => words.every((word) => `${thread.title} ${String(thread.metadata['client'] ?? '')}`.toLowerCase().includes(word));
    const fits = [...this.threads.values()].map((kept) => kept.thread).filter((thread) => (deleted ? thread.deletedAt !== null : thread.deletedAt === null && (state === null || thread.state === state)) && holds(thread));
    const group = (thread: Thread) => this.#group(thread, groupBy);
    const key = (thread: Thread) => (thread.pinned ? '\u0000' : (group(thread) ?? '\uffff'));
    const within = (a: Thread, b: Thread) => (sort === 'title' ? String(a.title).localeCompare(String(b.title)) : b.lastActivityAt.localeCompare(a.lastActivityAt));
    return fits.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : within(a, b)));
  }

  #group(thread: Thread, groupBy: string | null) {
    return groupBy ? ((thread.metadata[groupBy] as string | undefined) ?? null) : null;
  }

  on_sidebar_ids({ listing, offset, limit }: Args) {
    return this.#listed(listing as SidebarListing).slice(Number(offset), Number(offset) + Number(limit)).map((thread) => thread.id);
  }

  on_place_of_title({ listing, from, text }: Args) {
    const titles = this.#listed(listing as SidebarListing).map((thread) => String(thread.title).toLowerCase());
    const begins = (_: string, at: number) => titles[(at + Number(from)) % titles.length]?.startsWith(String(text).toLowerCase()) ?? false;
    const found = titles.findIndex(begins);
    return found < 0 ? null : (found + Number(from)) % titles.length;
  }

  on_metadata_keys() {
    return [...new Set([...this.threads.values()].flatMap((kept) => Object.keys(kept.thread.metadata)))];
  }

  on_metadata_values({ key }: Args) {
    const values = [...this.threads.values()].map((kept) => kept.thread.metadata[String(key)]);
    return [...new Set(values.filter((value) => typeof value === 'string'))].sort();
  }

  on_sidebar({ listing, offset, limit }: Args) {
    const { groupBy } = listing as SidebarListing;
    const group = (thread: Thread) => this.#group(thread, groupBy);
    const fits = this.#listed(listing as SidebarListing);
    const groups: SidebarGroup[] = [];
    for (const thread of fits) {
      const last = groups.at(-1);
      const name = thread.pinned ? null : group(thread);
      if (last && last.name === name && last.pinned === thread.pinned) last.count += 1;
      else groups.push({ name, pinned: thread.pinned, count: 1 });
    }
    const rows: SidebarRow[] = fits.slice(Number(offset), Number(offset) + Number(limit)).map((thread) => ({
      id: thread.id, title: thread.title, state: thread.state, group: group(thread), lastActivityAt: thread.lastActivityAt,
      pinned: thread.pinned, running: this.running.has(thread.id), deletedAt: thread.deletedAt,
      seal: thread.state === 'open' ? null : (thread.seal?.status ?? null), sealCheckedAt: thread.seal?.checkedAt ?? null,
    }));
    return { groups, rows, offset, total: fits.length };
  }

  change(id: unknown, change: Partial<Thread>, kind?: Entry['kind']) {
    const kept = this.get(id);
    kept.thread = { ...kept.thread, ...change, revision: kept.thread.revision + 1 };
    if (kind) this.note(kept, kind);
    return kept.thread;
  }

  writable(id: unknown) {
    const { state } = this.get(id).thread;
    if (state !== 'open') throw refusal(`thread_${state}`);
  }

  on_rename_thread({ id, title }: Args) {
    this.writable(id);
    return this.change(id, { title: String(title) }, 'renamed');
  }

  on_change_metadata({ id, patch }: Args) {
    this.writable(id);
    const metadata = { ...this.get(id).thread.metadata, ...(patch as Args) };
    for (const [key, value] of Object.entries(metadata)) if (value === null) delete metadata[key];
    if (JSON.stringify(metadata).length > 16_384) throw refusal('metadata_too_large');
    return this.change(id, { metadata }, 'metadata_changed');
  }

  on_write_metadata({ id, seen, json }: Args) {
    let wanted: Args;
    try {
      wanted = JSON.parse(String(json)) as Args;
    } catch {
      throw refusal('invalid_metadata');
    }
    const keys = String(json).match(/"[^"]*"(?=\s*:)/g) ?? [];
    if (Array.isArray(wanted) || new Set(keys).size < keys.length) throw refusal('invalid_metadata');
    const gone = Object.keys(seen as Args).filter((key) => !(key in wanted));
    return this.on_change_metadata({ id, patch: { ...wanted, ...Object.fromEntries(gone.map((key) => [key, null])) } });
  }

  on_set_state({ id, state }: Args) {
    if (this.get(id).thread.state === 'archived') throw refusal('invalid_transition');
    const seal = this.sealed(this.get(id).thread, state as State);
    return this.change(id, { state: state as State, seal }, state === 'open' ? 'unlocked' : (state as 'locked' | 'archived'));
  }

  on_delete_thread({ id, confirm }: Args) {
    const { state } = this.get(id).thread;
    if (state === 'locked') throw refusal('thread_locked');
    if (state === 'archived' && confirm !== id) throw refusal('confirmation_required');
    if (state === 'archived') this.threads.delete(String(id));
    else this.change(id, { deletedAt: new Date(this.now).toISOString() }, 'deleted');
    return { id, object: 'thread', deleted: true };
  }

  on_undelete_thread({ id }: Args) {
    return this.change(id, { deletedAt: null }, 'undeleted');
  }

  on_fork_thread({ id, messageId }: Args) {
    const kept = this.get(id);
    const path = this.path(kept);
    const upTo = messageId ? path.findIndex((message) => message.id === messageId) + 1 : path.length;
    const fork = this.add(`thread_${++this.#seq}`, kept.thread.title, (kept.thread.metadata['client'] as string) ?? null, 'open', 0);
    for (const message of path.slice(0, upTo)) this.say(fork, message.role, message.text, { model: message.model });
    fork.thread = { ...fork.thread, forkedFrom: { threadId: String(id), messageId: path[upTo - 1]?.id ?? '' } };
    return fork.thread;
  }

  on_pin_thread({ id, pinned }: Args) {
    return this.change(id, { pinned: Boolean(pinned) });
  }

  #undos: [string, BulkChange][][] = [];

  on_change_threads({ chosen, change }: Args) {
    const which = chosen as Chosen;
    const ids = which.kind === 'these' ? which.ids : this.#listed(which.listing).map(({ id }) => id).filter((id) => !which.except.includes(id));
    return this.#changeEach(ids.map((id) => [id, change as BulkChange]));
  }

  on_undo_change({ undo }: Args) {
    return this.#changeEach(this.#undos[Number(undo)] ?? []);
  }

  #changeEach(steps: [string, BulkChange][]): BulkReport {
    const report: BulkReport = { changed: 0, unchanged: 0, refused: 0, why: [], cancelled: false, failed: null, undo: null };
    const back: [string, BulkChange][] = [];
    for (const [id, change] of steps) {
      const { state, pinned, metadata, title } = this.get(id).thread;
      try {
        if (change.kind === 'state') this.on_set_state({ id, state: change.state });
        else if (change.kind === 'pin') this.on_pin_thread({ id, pinned: change.pinned });
        else if (change.kind === 'metadata') this.on_change_metadata({ id, patch: change.patch });
        else if (change.kind === 'delete') this.on_delete_thread({ id });
        else this.on_undelete_thread({ id });
        report.changed += 1;
        if (change.kind === 'state') back.push([id, { kind: 'state', state }]);
        else if (change.kind === 'pin') back.push([id, { kind: 'pin', pinned }]);
        else if (change.kind === 'metadata') back.push([id, { kind: 'metadata', patch: Object.fromEntries(Object.keys(change.patch).map((key) => [key, metadata[key] ?? null])) }]);
        else back.push([id, { kind: change.kind === 'delete' ? 'undelete' : 'delete' }]);
      } catch (error) {
        report.refused += 1;
        report.why.push({ id, title, error: error as ErrorDetail });
      }
    }
    const undone = steps[0]?.[1].kind === 'state' && steps[0][1].state === 'archived';
    if (back.length > 0 && !undone) report.undo = this.#undos.push(back) - 1;
    return report;
  }

  on_choose_version({ id, messageId }: Args) {
    const kept = this.get(id);
    let tip = String(messageId);
    for (;;) {
      const child = kept.messages.filter((message) => message.parent === tip).at(-1);
      if (!child) break;
      tip = child.id;
    }
    kept.tip = tip;
    return this.on_open_thread({ id, around: messageId });
  }

  on_list_history({ id }: Args) {
    return this.get(id).history;
  }

  on_search_thread({ id, query }: Args): FoundInThread {
    const words = String(query).toLowerCase().split(' ').filter((word) => word !== '' && !word.includes(':'));
    const hits = this.path(this.get(id)).flatMap((message, i) => (words.length > 0 && words.every((word) => message.text.toLowerCase().includes(word)) ? [{ messageId: message.id, position: i + 1 }] : []));
    return { hits, elsewhere: 0, terms: words.map((word) => ({ words: [word], prefix: true })) };
  }

  on_search({ query }: Args) {
    const word = String(query).toLowerCase();
    const hits = [];
    for (const { thread, messages } of this.threads.values()) {
      for (const message of messages) {
        const at = message.text.toLowerCase().indexOf(word);
        if (at < 0) continue;
        const text = message.text.replace(/\s+/g, ' ');
        hits.push({
          threadId: thread.id, title: thread.title, state: thread.state, client: (thread.metadata['client'] as string) ?? null, messageId: message.id, role: message.role, createdAt: message.at,
          snippet: [`${at > 30 ? '…' : ''}${text.slice(Math.max(0, at - 30), at)}`, text.slice(at, at + word.length), text.slice(at + word.length, at + 90)],
        });
      }
    }
    return { hits: hits.slice(0, 50), next: null };
  }

  on_save_draft({ id, draft }: Args) {
    if (id === null) this.newDraft = draft as Draft;
    else this.get(id).draft = draft as Draft;
  }

  on_get_draft({ id }: Args) {
    return id === null ? this.newDraft : this.get(id).draft;
  }

  on_subscribe({ channel }: Args) {
    this.hear = (events) => (channel as { onmessage: (events: StreamEvent[]) => void }).onmessage(events);
  }

  on_respond({ thread, text, replaces, metadata, system, options, withoutPrompt }: Args) {
    if (thread !== null) this.writable(thread);
    const kept = thread === null ? this.add(`thread_${++this.#seq}`, String(text).slice(0, 60), ((metadata as Args | undefined)?.['client'] as string) ?? null, 'open', 0) : this.get(thread);
    if (this.running.has(kept.thread.id)) throw refusal('thread_busy');
    if (replaces) kept.tip = kept.messages.find((message) => message.id === replaces)?.parent ?? null;
    const begins = thread === null && !withoutPrompt ? this.begins((metadata as Args | undefined)?.['client'])?.text : undefined;
    if (options) this.options.set(kept.thread.id, options as ThreadOptions);
    if (system ?? begins) this.say(kept, 'system', String(system ?? begins));
    const input = this.say(kept, 'user', String(text));
    return this.begin(kept, input.id);
  }

  on_retry({ thread, messageId }: Args) {
    const kept = this.get(thread);
    const message = kept.messages.find((each) => each.id === messageId);
    const parent = message?.role === 'assistant' ? message.parent : (message?.id ?? null);
    const { tip } = kept;
    kept.tip = parent;
    return this.begin(kept, parent ?? '', tip);
  }

  on_continue_reply({ thread, messageId }: Args) {
    return this.begin(this.get(thread), String(messageId));
  }

  begin(kept: Kept, parent: string, tip = kept.tip) {
    const response = this.response(kept.thread.id);
    kept.failed = null;
    this.running.set(kept.thread.id, { response, parent, tip, text: '', reasoning: '', said: 0, closed: 0 });
    queueMicrotask(() => this.hear([{ type: 'started', response }]));
    return response;
  }

  /** More text arrives in a thread's reply, or in a response of a chain. */
  write(id: string, text: string) {
    const run = this.running.get(id);
    if (!run) return;
    const threadId = run.response.thread;
    run.text += text;
    const blocks = run.text.split('\n\n');
    const closed = blocks.slice(run.closed, -1).map((each) => html(each));
    const event: StreamEvent = { type: 'text', threadId, responseId: run.response.id, from: run.closed, closed, tail: html(blocks.at(-1) ?? ''), tokens: Math.ceil(run.text.length / 4) };
    run.closed = blocks.length - 1;
    this.hear([event]);
  }

  /** A thread's reply, or a response of a chain, thinks. */
  think(id: string, text: string) {
    const run = this.running.get(id);
    if (!run) return;
    run.reasoning += text;
    this.hear([{ type: 'reasoning', threadId: run.response.thread, responseId: run.response.id, text }]);
  }

  /** A reply ends. */
  end(id: string, status: MessageStatus = 'completed', error: ErrorDetail | null = null) {
    const run = this.running.get(id);
    if (!run) return;
    this.running.delete(id);
    const kept = this.chains.get(id) ?? this.get(id);
    const reasoning = run.text === '' && run.reasoning !== '' ? run.reasoning : null;
    const response: Response = { ...run.response, reasoning, completedAt: new Date(this.now).toISOString(), status: status === 'altered' ? 'failed' : status, finishReason: status === 'completed' ? 'stop' : null, error, usage: { inputTokens: 640, outputTokens: Math.ceil(run.text.length / 4), totalTokens: 640 + Math.ceil(run.text.length / 4) } };
    kept.tip = run.text === '' ? run.tip : run.parent;
    if (run.text !== '') this.say(kept, 'assistant', run.text, { status, response });
    const { parent } = run;
    const continues = kept.messages.some((message) => message.id === parent && message.role === 'assistant');
    kept.failed = run.text === '' || response.thread === null ? { response, parentId: parent, continues } : null;
    this.hear([{ type: 'ended', response }]);
  }

  on_cancel({ responseId }: Args) {
    for (const [id, run] of this.running) if (run.response.id === responseId) this.end(id, 'cancelled');
  }

  /** A new chain, or what went on from a response of one: each response has its own copy. */
  on_respond_in_chain({ previous, text, system }: Args): Response {
    const aside = [...this.threads.values()].some((kept) => kept.messages.some((message) => message.response?.id === previous));
    const before = previous === null || aside ? null : this.chains.get(String(previous));
    if (before === undefined) throw refusal('response_expired');
    const kept = this.add('chain', null, null, 'open', 0);
    this.threads.delete('chain');
    for (const message of before?.messages ?? []) this.say(kept, message.role, message.text, message);
    if (system !== null) this.say(kept, 'system', String(system));
    const input = this.say(kept, 'user', String(text));
    const response: Response = { ...this.response(''), thread: null, threadState: null, previousResponseId: previous as string | null };
    kept.failed = { response, parentId: input.id, continues: false };
    this.chains.set(response.id, kept);
    this.running.set(response.id, { response, parent: input.id, tip: input.id, text: '', reasoning: '', said: 0, closed: 0 });
    queueMicrotask(() => this.hear([{ type: 'started', response }]));
    return response;
  }

  on_open_chain({ responseId }: Args) {
    const kept = this.chains.get(String(responseId));
    if (!kept) throw refusal('response_expired');
    const path = this.path(kept);
    const run = this.running.get(String(responseId));
    const ended = run === undefined && path.at(-1)?.role === 'user';
    return {
      messages: path.map((message, i) => this.view(kept, message, i + 1)),
      streaming: run ? { response: run.response, closed: [], tail: html(run.text), reasoning: run.reasoning, elsewhere: false } : null,
      failed: ended ? kept.failed : null, responses: [String(responseId)], asideOf: null, expiresAt: new Date(this.now + 86_400_000).toISOString(),
    };
  }

  on_chain_message({ responseId, messageId }: Args) {
    const kept = this.chains.get(String(responseId));
    if (!kept) throw refusal('response_expired');
    const path = this.path(kept);
    const at = path.findIndex((message) => message.id === messageId);
    return this.view(kept, path[at]!, at + 1, true);
  }

  on_preview_chain({ draft }: Args) {
    return this.on_preview_context({ thread: null, draft });
  }

  on_copy_chain_message({ responseId, messageId }: Args) {
    this.copied.push(this.chains.get(String(responseId))?.messages.find((message) => message.id === messageId)?.text ?? '');
  }

  on_keep_chain({ responseId }: Args) {
    const kept = this.chains.get(String(responseId));
    if (!kept) throw refusal('response_expired');
    const thread = this.add(`thread_${++this.#seq}`, kept.messages[0]?.text.slice(0, 60) ?? null, null, 'open', 0);
    for (const message of this.path(kept)) this.say(thread, message.role, message.text, { model: message.model });
    return thread.thread;
  }

  on_forget_chain({ responseId }: Args) {
    this.chains.delete(String(responseId));
  }

  on_due_threads({ after, limit }: Args) {
    const { inactivityDays, ageDays } = this.settings.retention;
    const days = (at: string) => Math.floor((this.now - Date.parse(at)) / 86_400_000);
    const due: DueThread[] = [];
    for (const { thread } of this.threads.values()) {
      if (thread.state !== 'open' || thread.pinned || thread.deletedAt) continue;
      const [inactive, age] = [days(thread.lastActivityAt), days(thread.createdAt)];
      const reasons: DueReason[] = [...(inactive >= inactivityDays ? ['inactivity' as const] : []), ...(age >= ageDays ? ['age' as const] : [])];
      if (reasons.length > 0) due.push({ thread, reasons, inactiveDays: inactive, ageDays: age });
    }
    due.sort((a, b) => b.inactiveDays - a.inactiveDays);
    const from = after === null ? 0 : due.findIndex((each) => each.thread.id === after) + 1;
    const data = due.slice(from, from + Number(limit));
    return { object: 'list', data, firstId: data[0]?.thread.id ?? null, lastId: data.at(-1)?.thread.id ?? null, hasMore: due.length > from + data.length };
  }

  on_empty_bin({ confirmed }: Args) {
    if (confirmed !== true) throw refusal('confirmation_required');
    const binned = [...this.threads.values()].filter((kept) => kept.thread.deletedAt !== null);
    for (const kept of binned) this.threads.delete(kept.thread.id);
    return binned.length;
  }

  wanted: string | null = null;
  on_wanted_thread() {
    const id = this.wanted;
    this.wanted = null;
    return id;
  }

  on_tell_of_reply() {}

  on_retention_notice() {
    return this.notice;
  }

  on_dismiss_retention_notice() {
    this.notice = null;
  }

  on_api_state(): ApiState {
    const { enabled, port } = this.settings.api;
    if (!enabled) return { status: 'off', address: null, token: null };
    const token = this.keychain === 'ready' ? 'keychain' : this.keychain === 'missing' ? 'this_run' : 'unknown';
    if (this.portsInUse.includes(port)) return { status: 'port_in_use', address: null, token };
    return { status: 'running', address: `http://127.0.0.1:${port || 40_123}/v1`, token };
  }

  on_change_api({ enabled, port }: Args) {
    this.settings = { ...this.settings, api: { enabled: Boolean(enabled), port: Number(port) } };
    return this.on_api_state();
  }

  on_copy_api_token() {
    this.copied.push(`token ${this.renewed}`);
  }

  on_show_api_token({ title }: Args) {
    this.shown.push(String(title));
  }

  on_renew_api_token() {
    this.renewed += 1;
    return this.on_api_state();
  }

  on_preview_beginning({ draft }: Args) {
    return this.on_preview_context({ thread: null, draft });
  }

  on_asking({ thread, client }: Args): Asking {
    if (thread === null) return { options: { policy: 'newest', parameters: {} }, system: this.begins(client) };
    const told = this.path(this.get(thread)).findLast((message) => message.role === 'system');
    const system = told ? { text: told.text, prompt: null, missing: [] } : null;
    return { options: this.options.get(String(thread)) ?? { policy: 'newest', parameters: {} }, system };
  }

  on_preview_context({ thread, draft }: Args) {
    const path = thread ? this.path(this.get(thread)) : [];
    const tokens = path.reduce((sum, message) => sum + Math.ceil(message.text.length / 4) + 8, 0) + Math.ceil(String(draft).length / 4);
    const leftOut = tokens > this.budget ? Math.max(0, path.length - 240) : 0;
    const standard = this.endpoints.find((endpoint) => endpoint.isDefault);
    return { messages: path.length - leftOut, leftOut, tokens: Math.min(tokens, this.budget), budget: this.budget, endpoint: standard?.name ?? '', model: standard?.model ?? 'practice' };
  }

  on_list_endpoints() {
    return this.endpoints.map((endpoint) => ({ ...endpoint }));
  }

  endpoint(id: unknown) {
    const found = this.endpoints.find((endpoint) => endpoint.id === id);
    if (!found) throw refusal('endpoint_not_found');
    return found;
  }

  on_add_endpoint(args: Args) {
    const shape = args['new'] as Omit<Endpoint, 'id' | 'key' | 'isDefault'>;
    const endpoint: Endpoint = { ...shape, id: `ep_${++this.#seq}`, key: 'none', isDefault: false };
    this.endpoints.push(endpoint);
    return endpoint;
  }

  on_change_endpoint({ id, patch }: Args) {
    return Object.assign(this.endpoint(id), patch);
  }

  on_remove_endpoint({ id }: Args) {
    this.endpoints = this.endpoints.filter((endpoint) => endpoint.id !== id);
  }

  on_set_default_endpoint({ id }: Args) {
    for (const endpoint of this.endpoints) endpoint.isDefault = endpoint.id === id;
    return this.endpoint(id);
  }

  on_set_key({ id, key }: Args) {
    this.keys.push(String(key));
    return Object.assign(this.endpoint(id), { key: this.keychain === 'ready' ? 'keychain' : 'this_run' });
  }

  on_delete_key({ id }: Args) {
    return Object.assign(this.endpoint(id), { key: 'none' });
  }

  on_test_endpoint({ id }: Args) {
    const endpoint = this.endpoint(id);
    const needsKey = endpoint.baseUrl.startsWith('https') && endpoint.key === 'none';
    return needsKey
      ? { ok: false, model: null, firstTextMs: null, error: refusal('endpoint_missing_key') }
      : { ok: true, model: endpoint.model ?? 'practice', firstTextMs: 412, error: null };
  }

  /** Model servers that answer on this machine. */
  found: FoundEndpoint[] = [];

  on_discover_endpoints() {
    return this.found.filter((found) => !this.endpoints.some((endpoint) => endpoint.baseUrl === found.baseUrl));
  }

  on_list_models({ id }: Args) {
    const endpoint = this.endpoint(id);
    const names = endpoint.protocol === 'practice' ? ['practice'] : ['gpt-4.1', 'gpt-4.1-mini', 'o4-mini'];
    return names.map((name) => ({ id: name, object: 'model', endpoint: endpoint.name, contextWindow: 128_000 }));
  }

  on_get_settings() {
    return this.settings;
  }

  on_patch_settings({ patch }: Args) {
    const over = (all: unknown, patch: unknown): unknown =>
      typeof all !== 'object' || all === null || Array.isArray(patch) || typeof patch !== 'object' || patch === null
        ? patch
        : Object.entries(patch).reduce((all, [key, value]) => ({ ...all, [key]: over((all as Args)[key], value) }), all);
    return (this.settings = over(this.settings, patch) as Settings);
  }

  on_about() {
    return { version: '0.1.0', dataDir: '/home/anna/.local/share/skein', keychain: this.keychain, readOnly: this.readOnly, pdf: true };
  }

  on_copy_message({ id, messageId }: Args) {
    this.copied.push(this.on_message_text({ id, messageId }));
  }

  on_copy_text({ text }: Args) {
    this.copied.push(String(text));
  }

  /** This stand-in colours code when it renders. */
  on_highlight() {
    return null;
  }

  on_check_link({ url }: Args) {
    const link = new URL(String(url));
    if (!/^(https?|mailto):$/.test(link.protocol)) throw refusal('invalid_request');
    return { host: link.host || link.pathname, url: link.href };
  }

  on_open_link({ url }: Args) {
    this.links.push(String(url));
  }
}
