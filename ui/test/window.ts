// The whole window over the stand-in store, as a test wants it: started, empty of what came before.
import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { tick } from 'svelte';
import { expect } from 'vitest';
import App from '../src/App.svelte';
import { bulk } from '../src/state/bulk.svelte';
import { composer } from '../src/state/composer.svelte';
import { dialogs } from '../src/state/dialogs.svelte';
import { failures } from '../src/state/failures.svelte';
import { find } from '../src/state/find.svelte';
import { pane } from '../src/state/pane.svelte';
import { search } from '../src/state/search.svelte';
import { selection } from '../src/state/selection.svelte';
import { sidebar } from '../src/state/sidebar.svelte';
import { start } from '../src/state/start';
import { streams } from '../src/state/streams.svelte';
import { temporary } from '../src/state/temporary.svelte';
import { toasts } from '../src/state/toasts.svelte';
import type { Fake } from './fake';

export async function open(fake: Fake, thread: string | null = null) {
  composer.choose(null);
  await composer.flush();
  fake.install();
  search.stop();
  search.leave();
  find.close();
  selection.clear();
  bulk.dismiss();
  dialogs.close();
  dialogs.drawer = null;
  temporary.chat = null;
  for (const toast of toasts.list) toasts.drop(toast.id);
  for (const id of fake.threads.keys()) streams.forget(id);
  failures.clear(...failures.all());
  pane.id = null;
  composer.client = '';
  sidebar.filter = 'all';
  sidebar.text = '';
  sidebar.loaded = false;
  performance.clearMarks('usable');
  const user = userEvent.setup();
  void start(() => render(App));
  await waitFor(() => screen.getByRole('textbox', { name: 'Write a message' }));
  await waitFor(() => {
    if (performance.getEntriesByName('usable').length === 0) throw new Error('not started');
  });
  if (thread !== null) {
    await pane.open(thread);
    await tick();
  }
  return user;
}

export const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Write a message' });
export const button = (name: string | RegExp) => screen.getByRole('button', { name });
export const articles = () => screen.queryAllByRole('article');
export const article = (text: string | RegExp) => {
  const found = articles().find((each) => within(each).queryByText(text) !== null);
  if (!found) throw new Error(`no message with ${String(text)}`);
  return found;
};

/** axe finds nothing, colours aside: nothing is painted here. */
export async function clean() {
  const found = await axe.run(document, { rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: true } } });
  expect(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}
