// How each error is shown: where, in which words, and with which next step. Rust's own message is
// never shown as it is: its words are for machines' logs and scripts, in one language.
import type { ErrorDetail } from './generated/ErrorDetail';
import { protocols } from './settings/presets';
import type { Key } from './state/words.svelte';

/** The next step that a failure offers; whoever shows it knows how to take it. */
export type Step = 'retry' | 'unlock' | 'fork' | 'undelete' | 'settings' | 'key' | 'reload' | 'shorten' | 'new' | 'anew';

/** The part of the window that says what failed. What fails in a dialog that was left is said like a note. */
export type Where = 'thread' | 'composer' | 'inspector' | 'foot' | 'list' | 'menu' | 'temporary' | 'search' | 'middle' | 'dialog' | 'note';

/** What can fail, and where that is said: beside it. */
export const places = {
  thread: 'thread',
  message: 'thread',
  messages: 'thread',
  print: 'thread',
  find: 'thread',
  seal: 'thread',
  composer: 'composer',
  draft: 'composer',
  fill: 'composer',
  history: 'inspector',
  usage: 'inspector',
  receipt: 'inspector',
  sealed: 'inspector',
  export: 'foot',
  'of-thread': 'list',
  sidebar: 'list',
  'sidebar-page': 'list',
  choosing: 'list',
  bulk: 'list',
  keys: 'list',
  notice: 'list',
  models: 'menu',
  temporary: 'temporary',
  search: 'search',
  window: 'middle',
  settings: 'middle',
  endpoints: 'middle',
  found: 'middle',
  about: 'dialog',
  api: 'dialog',
  backup: 'dialog',
  bin: 'dialog',
  clients: 'dialog',
  days: 'dialog',
  due: 'dialog',
  endpoint: 'dialog',
  months: 'dialog',
  palette: 'dialog',
  prices: 'dialog',
  prompts: 'dialog',
  'public-key': 'dialog',
  report: 'dialog',
  restore: 'dialog',
  request: 'dialog',
  retention: 'dialog',
  signing: 'dialog',
  'verify-all': 'dialog',
  versions: 'dialog',
  copy: 'note',
  folder: 'note',
  link: 'note',
  stop: 'note',
} satisfies Record<string, Where>;

export type Shown = { words: Key; step: Step | null };
/** A row of a table: the words and the step, or how they follow from the details. */
type Row = [words: Key, step?: Step] | ((details: ErrorDetail['details']) => [words: Key, step?: Step]);
type Table = Record<string, Row>;

const codes: Table = {
  invalid_request: ['error.invalid_request'],
  invalid_title: ['error.invalid_title'],
  confirmation_required: ['error.confirmation_required'],
  invalid_thread_id: ['error.invalid_thread_id'],
  invalid_metadata: ({ line, key }) => [line === undefined ? 'error.invalid_metadata' : key === undefined ? 'error.metadata_unreadable' : 'error.metadata_twice'],
  metadata_too_large: ['error.metadata_too_large'],
  message_too_large: ['error.message_too_large', 'shorten'],
  message_limit_reached: ['error.message_limit_reached', 'new'],
  message_not_found: ['error.message_not_found', 'reload'],
  thread_not_found: ['error.thread_not_found', 'new'],
  thread_deleted: ['error.thread_deleted', 'undelete'],
  thread_exists: ['error.thread_exists'],
  thread_locked: ['error.thread_locked', 'unlock'],
  thread_archived: ['error.thread_archived', 'fork'],
  thread_altered: ['error.thread_altered'],
  thread_busy: ['error.thread_busy', 'reload'],
  invalid_transition: ['error.invalid_transition', 'reload'],
  response_not_found: ['error.response_not_found', 'reload'],
  response_expired: ({ limit }) => [limit === undefined ? 'error.response_expired' : 'error.chain_full', 'anew'],
  precondition_failed: ['error.precondition_failed', 'reload'],
  context_too_long: tooMuch,
  endpoint_not_found: ['error.endpoint_not_found', 'settings'],
  model_not_found: ['error.model_not_found', 'settings'],
  endpoint_missing_key: ['error.endpoint_missing_key', 'key'],
  endpoint_unreachable: ['error.endpoint_unreachable', 'retry'],
  endpoint_rejected: ['error.endpoint_rejected', 'settings'],
  endpoint_rate_limited: ['error.endpoint_rate_limited', 'retry'],
  endpoint_timeout: ['error.endpoint_timeout', 'retry'],
  keychain_unavailable: ['error.keychain_unavailable', 'retry'],
  pdf_unavailable: ['error.pdf_unavailable'],
  store_in_use: ['error.store_in_use', 'retry'],
  store_newer: ['error.store_newer'],
  store_read_only: ['error.store_read_only'],
  storage_full: ['error.storage_full', 'retry'],
  storage_error: ['error.storage_error', 'reload'],
};

/** What went wrong at an endpoint: known more exactly than by its code. */
export const kinds: Table = {
  bad_address: ['error.kind_bad_address', 'settings'],
  plain_http: ['error.kind_plain_http', 'settings'],
  bad_key: ['error.kind_bad_key', 'key'],
  nothing_to_send: ['error.kind_nothing_to_send'],
  missing_key: ['error.endpoint_missing_key', 'key'],
  key_refused: ['error.endpoint_refused_key', 'key'],
  model_not_found: ['error.kind_model_not_found', 'settings'],
  field_refused: ['error.kind_field_refused', 'settings'],
  context_too_long: tooMuch,
  rate_limited: ({ retryAfter }) => [Number(retryAfter) > 0 ? 'error.kind_rate_limited' : 'error.endpoint_rate_limited', 'retry'],
  quota_spent: ['error.kind_quota_spent', 'settings'],
  status: byStatus,
  redirected: ({ to }) => [to === undefined ? 'error.kind_redirected_away' : 'error.kind_redirected', 'settings'],
  dns: ['error.kind_dns', 'settings'],
  refused: ['error.kind_refused', 'retry'],
  reset: ['error.kind_reset', 'retry'],
  tls: ({ certificate, why }) => [certificate === undefined ? 'error.kind_tls' : (certificates[String(why)] ?? 'error.certificate_improper'), 'settings'],
  proxy: ['error.kind_proxy', 'settings'],
  network: ['error.kind_network', 'retry'],
  wrong_protocol: ['error.kind_wrong_protocol', 'settings'],
  connect_timeout: ['error.kind_connect_timeout', 'retry'],
  first_timeout: ['error.kind_first_timeout', 'retry'],
  idle_timeout: ['error.kind_idle_timeout', 'retry'],
  cut_off: ['error.kind_cut_off', 'retry'],
  broken_off: ['error.kind_broken_off', 'retry'],
  not_understood: ({ why }) => [oddities[String(why)] ?? 'error.kind_not_understood', 'settings'],
  empty: ({ why }) => [empty[String(why)] ?? 'error.kind_empty', 'retry'],
  reply_too_long: ['error.kind_reply_too_long', 'retry'],
  wants_tool: ['error.kind_wants_tool', 'retry'],
};

/** What is wrong with a certificate. */
export const certificates: Record<string, Key> = {
  expired: 'error.certificate_expired',
  not_yet: 'error.certificate_not_yet',
  revoked: 'error.certificate_revoked',
  unknown_issuer: 'error.certificate_unknown_issuer',
  wrong_name: 'error.certificate_wrong_name',
  improper: 'error.certificate_improper',
};

/** In what way an answer makes no sense. */
export const oddities: Record<string, Key> = {
  web_page: 'error.kind_web_page',
  compressed: 'error.kind_compressed',
  garbled: 'error.kind_not_understood',
  too_long: 'error.kind_too_long',
  says_nothing: 'error.kind_says_nothing',
};

/** How a reply without a word ended. */
const empty: Record<string, Key> = {
  stop: 'error.kind_empty_stop',
  length: 'error.kind_empty_length',
  content_filter: 'error.kind_empty_filter',
  refusal: 'error.kind_empty_refusal',
};

/** Why something was refused that its code does not tell apart. */
export const reasons: Table = {
  endpoint_name: ['error.why_endpoint_name'],
  endpoint_taken: ['error.why_endpoint_taken'],
  model_name: ['error.why_model_name'],
  organization: ['error.why_organization'],
  first_seconds: ['error.why_first_seconds'],
  proxy: ['error.why_proxy'],
  parameters_size: ['error.why_parameters_size'],
  key_shape: ['error.why_key_shape', 'key'],
  no_model: ['error.why_no_model', 'settings'],
  prompt_taken: ['error.why_prompt_taken'],
  undo_gone: ['error.why_undo_gone'],
  exists: ['export.exists', 'retry'],
  unwritable: ['export.failed', 'retry'],
  unreadable: ['error.why_unreadable', 'retry'],
  backup_not_whole: ['backup.notWhole', 'retry'],
  backup_beside_the_store: ['backup.besideTheStore', 'retry'],
  backup_foreign: ['backup.foreign', 'retry'],
  backup_damaged: ['backup.damaged', 'retry'],
  backup_newer: ['backup.newer', 'retry'],
  backup_open: ['backup.open', 'retry'],
  not_started: ['restore.notStarted', 'retry'],
  not_saved: ['export.noFolder'],
  no_file_manager: ['export.noFolder'],
  clipboard: ['toast.notCopied', 'retry'],
  not_a_link: ['link.refused'],
  no_browser: ['link.noBrowser'],
  missing: ['error.why_keychain_missing'],
  locked: ['error.why_keychain_locked', 'retry'],
  silent: ['error.why_keychain_silent', 'retry'],
  other_origin: ['error.why_other_origin', 'key'],
  signing_key_lost: ['error.why_signing_key_lost'],
};

/** Codes that say less than the reason that comes with them. */
const vague = new Set(['invalid_request', 'storage_error', 'keychain_unavailable', 'endpoint_missing_key']);

/** How an error is shown. A code this window does not know still gets words and a next step. */
export function show({ code, details }: ErrorDetail): Shown {
  const { kind, reason, status } = details;
  const row = kinds[String(kind)] ?? (vague.has(code) ? reasons[String(reason)] : undefined);
  const rejected = code === 'endpoint_rejected' && status !== undefined ? byStatus : undefined;
  const found = row ?? rejected ?? codes[code] ?? ['error.unexpected', 'reload'];
  const [words, step] = typeof found === 'function' ? found(details) : found;
  return { words, step: step ?? null };
}

/** A refusal by the endpoint says most with its HTTP status. */
function byStatus({ status, address }: ErrorDetail['details']): [Key, Step] {
  switch (Number(status ?? 0)) {
    case 0:
      return ['error.status_none', 'retry'];
    case 401:
      return ['error.endpoint_refused_key', 'key'];
    case 403:
      return ['error.status_denied', 'key'];
    case 404:
    case 405:
      return [address === undefined ? 'error.endpoint_not_there' : 'error.endpoint_no_address', 'settings'];
    case 408:
    case 504:
      return ['error.status_gave_up', 'retry'];
    case 413:
      return ['error.status_too_long', 'shorten'];
    case 502:
    case 503:
    case 529:
      return ['error.status_overloaded', 'retry'];
    default:
      return Number(status) >= 500 ? ['error.endpoint_failed', 'retry'] : ['error.endpoint_rejected', 'settings'];
  }
}

function tooMuch({ size, limit }: ErrorDetail['details']): [Key, Step] {
  if (typeof limit !== 'number') return ['error.context_too_long', 'shorten'];
  return [typeof size === 'number' ? 'error.context_size' : 'error.context_limit', 'shorten'];
}

/** Numbers and names of an error that its words may use. */
export function figures(error: ErrorDetail): Record<string, string | number> {
  const figures: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(error.details)) {
    if (typeof value === 'string' || typeof value === 'number') figures[name] = value;
  }
  const spoken = protocols.find(([protocol]) => protocol === figures['speaks']);
  if (spoken) figures['speaks'] = spoken[1];
  return figures;
}

/** What the endpoint itself said, cleaned by Rust, to be shown as a quotation. */
export function said({ details }: ErrorDetail): string | null {
  return typeof details['said'] === 'string' && details['said'] !== '' ? details['said'] : null;
}
