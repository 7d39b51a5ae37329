// How much a backup holds, in words.
import { count } from '../state/words.svelte';

export const contents = ({ threads, messages }: { threads: number; messages: number }) =>
  `${count('sidebar.threads', threads)} · ${count('days.messages', messages)}`;
