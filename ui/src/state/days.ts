// The days of a thread, by the calendar of the person who reads.
import { threads } from '../ipc';
import { failures } from './failures.svelte';

export const daysOf = (thread: string) =>
  failures.attempt('days', () => threads.days(thread, Intl.DateTimeFormat().resolvedOptions().timeZone));
