// Typing ahead: letters typed in the list lead to the next thread whose title begins with them.
import { threads } from '../ipc';
import { failures } from './failures.svelte';
import { sidebar } from './sidebar.svelte';

/** How long the next letter belongs to those before, in milliseconds. */
const TOGETHER = 800;

let typed = '';
let last = 0;
let turn = 0;

/** Whether a key belongs to a title: a space only within one. */
export function writes(event: KeyboardEvent) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const going = typed !== '' && event.timeStamp - last < TOGETHER;
  return /^[\p{L}\p{N}]$/u.test(event.key) || (going && /^[^\p{C}]$/u.test(event.key));
}

/** The line that is meant now, from the line `from` on; `null` if there is none, or more was typed meanwhile. */
export async function typeAhead(event: KeyboardEvent, from: number): Promise<number | null> {
  const going = event.timeStamp - last < TOGETHER;
  typed = (going ? typed : '') + event.key;
  last = event.timeStamp;
  const mine = ++turn;
  const place = await failures.attempt('sidebar:typed', () => threads.placeOfTitle(sidebar.listing, going ? from : from + 1, typed));
  return mine === turn ? place : null;
}
