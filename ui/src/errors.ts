// How each code is shown: where it stands, in which words, and the next step. Rust's own message
// is never shown as it is: its words are for machines' logs and scripts, in one language.
import type { ErrorDetail } from './generated/ErrorDetail';
import type { Key } from './state/words.svelte';

/** Where a failure stands when its caller has no better place for it. */
export type Place = 'composer' | 'thread' | 'settings' | 'window';

/** The next step that a failure offers; whoever shows it knows how to take it. */
export type Step = 'retry' | 'unlock' | 'fork' | 'undelete' | 'settings' | 'key' | 'reload' | 'shorten' | 'new' | 'anew';

export type Shown = { place: Place; words: Key; step: Step | null };

const shown = (place: Place, words: Key, step: Step | null = null): Shown => ({ place, words, step });

const table: Record<string, Shown> = {
  invalid_request: shown('composer', 'error.invalid_request'),
  invalid_title: shown('thread', 'error.invalid_title'),
  confirmation_required: shown('thread', 'error.confirmation_required'),
  invalid_thread_id: shown('window', 'error.invalid_thread_id'),
  invalid_metadata: shown('thread', 'error.invalid_metadata'),
  metadata_too_large: shown('thread', 'error.metadata_too_large'),
  message_too_large: shown('composer', 'error.message_too_large', 'shorten'),
  message_limit_reached: shown('composer', 'error.message_limit_reached', 'new'),
  message_not_found: shown('thread', 'error.message_not_found', 'reload'),
  thread_not_found: shown('thread', 'error.thread_not_found', 'new'),
  thread_deleted: shown('thread', 'error.thread_deleted', 'undelete'),
  thread_exists: shown('thread', 'error.thread_exists'),
  thread_locked: shown('thread', 'error.thread_locked', 'unlock'),
  thread_archived: shown('thread', 'error.thread_archived', 'fork'),
  thread_altered: shown('thread', 'error.thread_altered'),
  thread_busy: shown('composer', 'error.thread_busy', 'reload'),
  invalid_transition: shown('thread', 'error.invalid_transition', 'reload'),
  response_not_found: shown('thread', 'error.response_not_found', 'reload'),
  response_expired: shown('composer', 'error.response_expired', 'anew'),
  precondition_failed: shown('thread', 'error.precondition_failed', 'reload'),
  context_too_long: shown('composer', 'error.context_too_long', 'shorten'),
  endpoint_not_found: shown('composer', 'error.endpoint_not_found', 'settings'),
  model_not_found: shown('composer', 'error.model_not_found', 'settings'),
  endpoint_missing_key: shown('composer', 'error.endpoint_missing_key', 'key'),
  endpoint_unreachable: shown('composer', 'error.endpoint_unreachable', 'retry'),
  endpoint_rejected: shown('composer', 'error.endpoint_rejected', 'settings'),
  endpoint_rate_limited: shown('composer', 'error.endpoint_rate_limited', 'retry'),
  endpoint_timeout: shown('composer', 'error.endpoint_timeout', 'retry'),
  keychain_unavailable: shown('settings', 'error.keychain_unavailable'),
  pdf_unavailable: shown('window', 'error.pdf_unavailable'),
  store_in_use: shown('window', 'error.store_in_use', 'reload'),
  store_newer: shown('window', 'error.store_newer'),
  store_read_only: shown('window', 'error.store_read_only'),
  storage_full: shown('window', 'error.storage_full', 'retry'),
  storage_error: shown('window', 'error.storage_error', 'reload'),
};

/** What went wrong at an endpoint, where it is known more exactly than by its code. */
export const kinds: Record<string, Shown> = {
  dns: shown('composer', 'error.kind_dns', 'settings'),
  refused: shown('composer', 'error.kind_refused', 'retry'),
  tls: shown('composer', 'error.kind_tls', 'settings'),
  wrong_protocol: shown('composer', 'error.kind_wrong_protocol', 'settings'),
  field_refused: shown('composer', 'error.kind_field_refused', 'settings'),
  wants_tool: shown('composer', 'error.kind_wants_tool', 'retry'),
  not_understood: shown('composer', 'error.kind_not_understood', 'settings'),
};

/** How an error is shown. A code this window does not know still gets words and a next step. */
export function show(error: ErrorDetail): Shown {
  const exact = kinds[String(error.details['kind'])];
  if (exact && error.details['certificate'] === undefined) return exact;
  if (exact) return shown('composer', 'error.kind_certificate', 'settings');
  if (error.code === 'endpoint_rejected') return rejected(error);
  return table[error.code] ?? shown('window', 'error.unexpected', 'reload');
}

/** A refusal by the endpoint says most with its HTTP status. */
function rejected(error: ErrorDetail): Shown {
  const status = Number(error.details['status'] ?? 0);
  if (status === 401 || status === 403) return shown('composer', 'error.endpoint_refused_key', 'key');
  if (status === 404 && error.details['address']) return shown('composer', 'error.endpoint_no_address', 'settings');
  if (status === 404) return shown('composer', 'error.endpoint_not_there', 'settings');
  if (status >= 500) return shown('composer', 'error.endpoint_failed', 'retry');
  return shown('composer', 'error.endpoint_rejected', 'settings');
}

/** Numbers and names of an error that its words may use. */
export function figures(error: ErrorDetail): Record<string, string | number> {
  const figures: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(error.details)) {
    if (typeof value === 'string' || typeof value === 'number') figures[name] = value;
  }
  return figures;
}
