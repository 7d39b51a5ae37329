// The one door to Rust: a function for each command, with the wire's own types. Nothing else in
// the window calls `invoke` or `listen`, and only `state/` calls what stands here.
import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { About } from './generated/About';
import type { ApiState } from './generated/ApiState';
import type { Asking } from './generated/Asking';
import type { BackedUp } from './generated/BackedUp';
import type { Backup } from './generated/Backup';
import type { BackupFile } from './generated/BackupFile';
import type { BulkChange } from './generated/BulkChange';
import type { BulkReport } from './generated/BulkReport';
import type { ChainView } from './generated/ChainView';
import type { Chosen } from './generated/Chosen';
import type { Comparison } from './generated/Comparison';
import type { ContextPreview } from './generated/ContextPreview';
import type { Deleted } from './generated/Deleted';
import type { Draft } from './generated/Draft';
import type { DueThread } from './generated/DueThread';
import type { Endpoint } from './generated/Endpoint';
import type { EndpointPatch } from './generated/EndpointPatch';
import type { FoundEndpoint } from './generated/FoundEndpoint';
import type { FoundInThread } from './generated/FoundInThread';
import type { EndpointTest } from './generated/EndpointTest';
import type { Entry } from './generated/Entry';
import type { ErrorDetail } from './generated/ErrorDetail';
import type { Exported } from './generated/Exported';
import type { ExportFormat } from './generated/ExportFormat';
import type { FilledPrompt } from './generated/FilledPrompt';
import type { KeyView } from './generated/KeyView';
import type { MessageView } from './generated/MessageView';
import type { Model } from './generated/Model';
import type { NewEndpoint } from './generated/NewEndpoint';
import type { Page } from './generated/Page';
import type { Price } from './generated/Price';
import type { Progress } from './generated/Progress';
import type { Prompt } from './generated/Prompt';
import type { PromptPatch } from './generated/PromptPatch';
import type { Receipt } from './generated/Receipt';
import type { RequestPage } from './generated/RequestPage';
import type { Response } from './generated/Response';
import type { Restored } from './generated/Restored';
import type { RetentionReport } from './generated/RetentionReport';
import type { SealView } from './generated/SealView';
import type { SearchPage } from './generated/SearchPage';
import type { Settings } from './generated/Settings';
import type { SidebarListing } from './generated/SidebarListing';
import type { SidebarPage } from './generated/SidebarPage';
import type { State } from './generated/State';
import type { StreamEvent } from './generated/StreamEvent';
import type { Thread } from './generated/Thread';
import type { ThreadOptions } from './generated/ThreadOptions';
import type { ThreadDay } from './generated/ThreadDay';
import type { ThreadView } from './generated/ThreadView';
import type { UsageAround } from './generated/UsageAround';
import type { UsageBy } from './generated/UsageBy';
import type { UsageReport } from './generated/UsageReport';
import type { Verification } from './generated/Verification';
import type { Verified } from './generated/Verified';

export type Metadata = Record<string, unknown>;

export type Ask = {
  thread: string | null;
  text: string;
  replaces?: string;
  model?: string;
  metadata?: Metadata;
  system?: string;
  /** For a new thread: how it asks its models. */
  options?: ThreadOptions;
  /** For a new thread: whether it begins without its client's prompt. */
  withoutPrompt?: boolean;
};

/** What is asked in a temporary chat, and how. */
export type ChainAsk = { text: string; system: string | null; model: string | null; options: ThreadOptions };

/** Which threads to export. */
export type Wanted = { kind: 'threads'; ids: string[] } | { kind: 'client'; client: string } | { kind: 'all' };

/** What of the settings is to change. */
export type SettingsPatch = { [Name in keyof Settings]?: Settings[Name] extends string | boolean | null | unknown[] ? Settings[Name] : Partial<Settings[Name]> };

export type Link = { host: string; url: string };

/** Whatever a command was refused with, as an error with a code. */
export function asError(refusal: unknown): ErrorDetail {
  if (typeof refusal === 'object' && refusal !== null && 'code' in refusal) {
    const { code, message, details } = refusal as Partial<ErrorDetail>;
    return { code: String(code), message: String(message ?? ''), details: details ?? {} };
  }
  return { code: 'unexpected', message: String(refusal), details: {} };
}

async function call<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (refusal) {
    throw asError(refusal);
  }
}

export const threads = {
  sidebar: (listing: SidebarListing, offset: number, limit: number) =>
    call<SidebarPage>('sidebar', { listing, offset, limit }),
  sidebarIds: (listing: SidebarListing, offset: number, limit: number) =>
    call<string[]>('sidebar_ids', { listing, offset, limit }),
  placeOfTitle: (listing: SidebarListing, from: number, text: string) =>
    call<number | null>('place_of_title', { listing, from, text }),
  metadataKeys: () => call<string[]>('metadata_keys'),
  metadataValues: (key: string) => call<string[]>('metadata_values', { key }),
  open: (id: string, around: string | null = null) => call<ThreadView>('open_thread', { id, around }),
  messageViews: (id: string, from: number, to: number, whole = false) =>
    call<MessageView[]>('message_views', { id, from, to, whole }),
  messageText: (id: string, messageId: string) => call<string>('message_text', { id, messageId }),
  compare: (id: string, left: string, right: string) => call<Comparison>('compare_messages', { id, left, right }),
  days: (id: string, zone: string) => call<ThreadDay[]>('thread_days', { id, zone }),
  print: () => call<void>('print_page'),
  rename: (id: string, title: string) => call<Thread>('rename_thread', { id, title }),
  changeMetadata: (id: string, patch: Metadata) => call<Thread>('change_metadata', { id, patch }),
  writeMetadata: (id: string, seen: Metadata, json: string) => call<Thread>('write_metadata', { id, seen, json }),
  setState: (id: string, state: State) => call<Thread>('set_state', { id, state }),
  delete: (id: string, confirm: string | null = null) => call<Deleted>('delete_thread', { id, confirm }),
  undelete: (id: string) => call<Thread>('undelete_thread', { id }),
  fork: (id: string, messageId: string | null = null) => call<Thread>('fork_thread', { id, messageId }),
  pin: (id: string, pinned: boolean) => call<Thread>('pin_thread', { id, pinned }),
  chooseVersion: (id: string, messageId: string) => call<ThreadView>('choose_version', { id, messageId }),
  history: (id: string) => call<Entry[]>('list_history', { id }),
  search: (query: string, after: string | null = null) => call<SearchPage>('search', { query, after }),
  searchThread: (id: string, query: string) => call<FoundInThread>('search_thread', { id, query }),
  saveDraft: (id: string | null, draft: Draft) => call<void>('save_draft', { id, draft }),
  draft: (id: string | null) => call<Draft>('get_draft', { id }),
};

export const responses = {
  subscribe(hear: (events: StreamEvent[]) => void) {
    const channel = new Channel<StreamEvent[]>();
    channel.onmessage = hear;
    return call<void>('subscribe', { channel });
  },
  respond: (ask: Ask) => call<Response>('respond', ask),
  retry: (thread: string, messageId: string, model: string | null = null) =>
    call<Response>('retry', { thread, messageId, model }),
  continueReply: (thread: string, messageId: string) => call<Response>('continue_reply', { thread, messageId }),
  cancel: (responseId: string) => call<void>('cancel', { responseId }),
  previewContext: (thread: string | null, model: string | null, draft: string) =>
    call<ContextPreview>('preview_context', { thread, model, draft }),
  previewBeginning: (options: ThreadOptions, model: string | null, draft: string) =>
    call<ContextPreview>('preview_beginning', { options, model, draft }),
};

/** How a thread asks its models. */
export const asking = {
  get: (thread: string | null, client: string | null) => call<Asking>('asking', { thread, client }),
  setOptions: (id: string, options: ThreadOptions) => call<ThreadOptions>('set_thread_options', { id, options }),
};

export const prompts = {
  list: () => call<Prompt[]>('list_prompts'),
  create: (prompt: PromptPatch) => call<Prompt>('create_prompt', { new: prompt }),
  change: (id: string, patch: PromptPatch) => call<Prompt>('change_prompt', { id, patch }),
  remove: (id: string) => call<void>('delete_prompt', { id }),
  fill: (id: string, values: Record<string, string>) => call<FilledPrompt>('fill_prompt', { id, values }),
};

/** What was sent for a reply. The request comes in pages; the whole of it is copied and saved by Rust. */
export const receipts = {
  get: (id: string) => call<Receipt>('get_receipt', { id }),
  requestPage: (id: string, page: number) => call<RequestPage>('request_page', { id, page }),
  copyRequest: (id: string) => call<void>('copy_request', { id }),
  saveRequest: (id: string) => call<string | null>('save_request', { id }),
};

export const usage = {
  around: (thread: string) => call<UsageAround>('usage_around', { thread }),
  report: (by: UsageBy, month: string | null) => call<UsageReport>('usage_report', { by, month }),
  prices: () => call<Price[]>('list_prices'),
  setPrice: (price: Price) => call<void>('set_price', { price }),
  deletePrice: (endpoint: string, model: string) => call<void>('delete_price', { endpoint, model }),
};

/** Chains: what a temporary chat is made of. Nothing of them is kept. */
export const chains = {
  respond: (previous: string | null, ask: ChainAsk) => call<Response>('respond_in_chain', { previous, ...ask }),
  open: (responseId: string) => call<ChainView>('open_chain', { responseId }),
  /** One of its messages, whole however long it is. */
  message: (responseId: string, messageId: string) => call<MessageView>('chain_message', { responseId, messageId }),
  preview: (previous: string | null, options: ThreadOptions, model: string | null, draft: string) =>
    call<ContextPreview>('preview_chain', { previous, options, model, draft }),
  copyMessage: (responseId: string, messageId: string, plain: boolean) =>
    call<void>('copy_chain_message', { responseId, messageId, plain }),
  text: (responseId: string, messageId: string) => call<string>('chain_text', { responseId, messageId }),
  keep: (responseId: string) => call<Thread>('keep_chain', { responseId }),
  forget: (responseId: string) => call<void>('forget_chain', { responseId }),
};

export const retention = {
  due: (after: string | null, limit: number) => call<Page<DueThread>>('due_threads', { after, limit }),
  emptyBin: (confirmed: boolean) => call<number>('empty_bin', { confirmed }),
  notice: () => call<RetentionReport | null>('retention_notice'),
  dismissNotice: () => call<void>('dismiss_retention_notice'),
  onCleaned: (hear: () => void) => listen('cleaned', hear),
};

/** The local API. Its token never comes here: Rust copies it, and shows it in a box of the system's. */
export const api = {
  state: () => call<ApiState>('api_state'),
  change: (enabled: boolean, port: number) => call<ApiState>('change_api', { enabled, port }),
  copyToken: () => call<void>('copy_api_token'),
  showToken: (title: string, words: string) => call<void>('show_api_token', { title, words }),
  renewToken: () => call<ApiState>('renew_api_token'),
};

export const endpoints = {
  list: () => call<Endpoint[]>('list_endpoints'),
  add: (endpoint: NewEndpoint) => call<Endpoint>('add_endpoint', { new: endpoint }),
  change: (id: string, patch: EndpointPatch) => call<Endpoint>('change_endpoint', { id, patch }),
  remove: (id: string) => call<void>('remove_endpoint', { id }),
  setDefault: (id: string) => call<Endpoint>('set_default_endpoint', { id }),
  setKey: (id: string, key: string) => call<Endpoint>('set_key', { id, key }),
  deleteKey: (id: string) => call<Endpoint>('delete_key', { id }),
  test: (id: string) => call<EndpointTest>('test_endpoint', { id }),
  models: (id: string) => call<Model[]>('list_models', { id }),
  discover: () => call<FoundEndpoint[]>('discover_endpoints'),
};

/** A channel for how far long work has come. */
function progress(hear: (progress: Progress) => void) {
  const channel = new Channel<Progress>();
  channel.onmessage = hear;
  return channel;
}

/** Many threads changed at once, in one call. */
export const bulk = {
  change: (job: string, chosen: Chosen, change: BulkChange, hear: (progress: Progress) => void) =>
    call<BulkReport>('change_threads', { job, chosen, change, progress: progress(hear) }),
  undo: (job: string, undo: number, hear: (progress: Progress) => void) =>
    call<BulkReport>('undo_change', { job, undo, progress: progress(hear) }),
};

export const seals = {
  get: (id: string) => call<SealView | null>('get_seal', { id }),
  verify: (id: string) => call<Verification>('verify_thread', { id }),
  verifyAll: (job: string, hear: (progress: Progress) => void) =>
    call<Verified>('verify_all', { job, progress: progress(hear) }),
  stopWork: (job: string) => call<void>('stop_work', { job }),
  key: () => call<KeyView>('signing_key'),
  replaceKey: () => call<KeyView>('replace_signing_key'),
  signPending: () => call<number>('sign_pending'),
};

export const backups = {
  last: () => call<Backup | null>('last_backup'),
  make: (job: string, hear: (progress: Progress) => void) =>
    call<BackedUp | null>('back_up', { job, progress: progress(hear) }),
  choose: (job: string) => call<BackupFile | null>('choose_backup', { job }),
  restore: (job: string, hear: (progress: Progress) => void) =>
    call<boolean>('restore_backup', { job, progress: progress(hear) }),
  restored: () => call<Restored | null>('restored'),
};

export const exports = {
  start: (job: string, wanted: Wanted, format: ExportFormat, hear: (progress: Progress) => void) =>
    call<Exported | null>('export', { job, wanted, format, progress: progress(hear) }),
  publicKey: () => call<string | null>('export_public_key'),
  showInFolder: (path: string) => call<void>('show_in_folder', { path }),
};

export const program = {
  settings: () => call<Settings>('get_settings'),
  patchSettings: (patch: SettingsPatch) => call<Settings>('patch_settings', { patch }),
  about: () => call<About>('about'),
  copyMessage: (id: string, messageId: string, plain: boolean) =>
    call<void>('copy_message', { id, messageId, plain }),
  copyText: (text: string) => call<void>('copy_text', { text }),
  highlight: (language: string, code: string) => call<string | null>('highlight', { language, code }),
  checkLink: (url: string) => call<Link>('check_link', { url }),
  openLink: (url: string) => call<void>('open_link', { url }),
  leave: () => call<void>('leave'),
  onLeaving: (hear: () => void) => listen('leaving', hear),
  onChanged: (hear: () => void) => listen('changed', hear),
};

/** One group of the system's menu, where it has one. */
export type MenuGroup = { label: string; items: { id: string; label: string; accelerator: string | null }[] };

/** The desktop around the window. */
export const desktop = {
  wantedThread: () => call<string | null>('wanted_thread'),
  onWanted: (hear: () => void) => listen('wanted', hear),
  tellOfReply: (thread: string, untitled: string, words: string) =>
    call<void>('tell_of_reply', { thread, untitled, words }),
  setMenu: (groups: MenuGroup[]) => call<void>('set_menu', { groups }),
  onCommand: (hear: (id: string) => void) => listen<string>('command', ({ payload }) => hear(payload)),
};
