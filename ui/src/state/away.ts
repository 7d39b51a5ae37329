// Whether anybody is at the window, and telling them, where they are now, of a reply that ended.
// Only of one that ran when they left: what others ask through the API is not theirs.
import type { Response } from '../generated/Response';
import { desktop } from '../ipc';
import { t } from './words.svelte';

/** When the window lost the focus; `null` while it has it, or before it ever had it. */
let left: number | null = null;

export function watchFocus() {
  window.addEventListener('blur', () => (left = Date.now()));
  window.addEventListener('focus', () => (left = null));
}

/** A reply has ended. A temporary chat leaves no trace, so not there either. */
export function tellIfAway({ thread, status, createdAt }: Response) {
  if (thread === null || status === 'cancelled' || left === null || document.hasFocus()) return;
  if (Date.parse(createdAt) > left) return;
  const words = status === 'failed' ? t('notice.failed') : t('notice.ended');
  // The reply is in the window all the same, where somebody who is away would not see a failure either.
  void desktop.tellOfReply(thread, t('notice.thread'), words).catch(() => {});
}
