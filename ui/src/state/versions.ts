// Versions of a message beside each other, and which of them is on show.
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { pane } from './pane.svelte';

/** What two versions say, line by line. */
export const comparison = (thread: string, left: string, right: string) =>
  failures.attempt('versions', () => threads.compare(thread, left, right));

/** Puts a version on show. */
export async function showVersion(thread: string, id: string) {
  const shown = await failures.attempt('thread', () => threads.chooseVersion(thread, id));
  if (shown) pane.take(shown);
}
