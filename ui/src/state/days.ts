// The days of a thread, in the calendar of whoever reads.
import type { ThreadDay } from '../generated/ThreadDay';
import { threads } from '../ipc';
import { failures } from './failures.svelte';

/** Fetches the days on which something was said. */
export function daysOf(thread: string, take: (days: ThreadDay[]) => void) {
  const work = () => threads.days(thread, Intl.DateTimeFormat().resolvedOptions().timeZone);
  void failures.attempt('days', work, () => daysOf(thread, take)).then((days) => days !== null && take(days));
}
