// Going somewhere in the window. Whatever drawer was open makes room for what is asked for.
import { dialogs } from './dialogs.svelte';
import { layout } from './layout.svelte';
import { pane } from './pane.svelte';
import { search } from './search.svelte';
import { sidebar } from './sidebar.svelte';
import { temporary } from './temporary.svelte';

/** To a thread, at its end or around a message. */
export function open(id: string, around: string | null = null) {
  dialogs.drawer = null;
  void pane.open(id, around);
}

/** To an empty thread. */
export function fresh() {
  dialogs.drawer = null;
  void pane.fresh();
}

/** To a temporary chat. */
export function begin() {
  dialogs.drawer = null;
  search.leave();
  void temporary.begin();
}

/** To the field that narrows the list and leads on to the search. */
export function toSearch() {
  if (!layout.sidebar) layout.toggleSidebar();
  requestAnimationFrame(() => {
    const field = document.getElementById('search');
    if (!(field instanceof HTMLInputElement)) return;
    field.focus();
    field.select();
  });
}

/** To the thread above or below in the list. */
export async function walk(by: 1 | -1) {
  const now = pane.id === null ? -1 : await sidebar.seek(pane.id);
  const at = Math.max(0, now + by);
  const next = await sidebar.line(at);
  if (next === null || next.id === pane.id) return;
  sidebar.wanted = at;
  open(next.id);
}
