// Titles of threads as what is typed is compared with them.
import type { SidebarRow } from '../generated/SidebarRow';
import { t } from './words.svelte';

/** A thread with its title as it is compared. */
export type Titled = { row: SidebarRow; title: string; folded: string };

/** Words as they are compared: lower case, without accents, letter for letter as long as before. */
export function fold(words: string): string {
  const lower = words.toLowerCase();
  if (/^[\x20-\x7e]*$/.test(lower)) return lower;
  return Array.from({ length: lower.length }, (_, i) => (lower[i] ?? '').normalize('NFD').charAt(0)).join('');
}

export const titled = (row: SidebarRow): Titled => {
  const title = row.title ?? t('thread.untitled');
  return { row, title, folded: fold(title) };
};
