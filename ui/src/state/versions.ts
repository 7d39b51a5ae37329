// Versions of a message beside each other, and which of them is on show.
import type { Comparison } from '../generated/Comparison';
import { threads } from '../ipc';
import { failures, threadSpot } from './failures.svelte';
import { pane } from './pane.svelte';

/** What two versions say, line by line. */
export function comparison(thread: string, left: string, right: string, take: (found: Comparison | null) => void) {
  const work = () => threads.compare(thread, left, right);
  void failures.attempt('versions', work, () => comparison(thread, left, right, take)).then(take);
}

/** Puts a version on show. */
export async function showVersion(thread: string, id: string): Promise<void> {
  const shown = await failures.attempt(threadSpot(thread, 'version'), () => threads.chooseVersion(thread, id), () => showVersion(thread, id));
  if (shown) pane.take(shown);
}
