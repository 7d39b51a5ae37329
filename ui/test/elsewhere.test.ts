// What others change, what is slow, and what fails where nobody looks.
import { emit } from '@tauri-apps/api/event';
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../src/state/endpoints.svelte';
import { pane } from '../src/state/pane.svelte';
import { prompts } from '../src/state/prompts.svelte';
import { retention } from '../src/state/retention.svelte';
import { walk } from '../src/state/go';
import { sidebar } from '../src/state/sidebar.svelte';
import { refusal } from './fake';
import { story } from './story';
import { button, open } from './window';

const memo = 'acme_tp_2026_11';
const late = () => {
  let answer = () => {};
  const wait = new Promise<void>((next) => (answer = next));
  return { wait, answer: () => answer() };
};

describe('an endpoint', () => {
  it('that was added or made the default elsewhere is here at once, and so is a prompt', async () => {
    const fake = story();
    await open(fake, memo);
    await prompts.load();
    const local = { ...fake.endpoints[0]!, id: 'ep_2', name: 'Local', protocol: 'openai-chat' as const, model: 'llama', isDefault: true };
    fake.endpoints = [...fake.endpoints.map((each) => ({ ...each, isDefault: false })), local];
    fake.prompt('Letter', 'Write a letter.');
    await emit('changed');
    await waitFor(() => expect(button(/llama/)).toBeTruthy());
    await waitFor(() => expect(prompts.list.map((each) => each.name)).toEqual(['Letter']));
    expect(endpoints.standard?.name).toBe('Local');
  });

  it('is not said to answer as it did under another address', async () => {
    const fake = story();
    await open(fake);
    const first = late();
    fake.late.set('test_endpoint', first.wait);
    const testing = endpoints.test('ep_1');
    await waitFor(() => expect(fake.did('test_endpoint')).toHaveLength(1));
    await endpoints.change('ep_1', { baseUrl: 'https://elsewhere.example/v1', parameters: {} });
    first.answer();
    await testing;
    expect(endpoints.tests.get('ep_1')).toBeUndefined();
  });

  it('that did not answer once is asked again what it offers', async () => {
    const fake = story();
    const user = await open(fake, memo);
    endpoints.models.clear();
    fake.refuse.set('list_models', refusal('endpoint_unreachable'));
    const chooser = () => screen.findByRole('button', { name: /gpt-4.1/ });
    await user.click(await chooser());
    await user.keyboard('{Escape}');
    fake.refuse.clear();
    await user.click(await chooser());
    await screen.findByRole('menuitemradio', { name: 'gpt-4.1-mini' });
  });
});

describe('walking down the list', () => {
  it('goes on past what is loaded, from a thread out of sight too, and brings the line into sight', async () => {
    const fake = story({ many: true });
    await open(fake);
    const listed = fake.on_sidebar_ids({ listing: sidebar.listing, offset: 0, limit: 10_007 });
    await pane.open(listed[59]!);
    await walk(1);
    await waitFor(() => expect(pane.id).toBe(listed[60]));
    await pane.open(listed[5000]!);
    await walk(1);
    await waitFor(() => expect(pane.id).toBe(listed[5001]));
    await waitFor(() => expect(document.querySelector(`[data-thread="${listed[5001]!}"]`)).not.toBeNull());
  });
});

describe('clean-up', () => {
  async function review() {
    const fake = story({ old: true });
    const user = await open(fake);
    await user.click(await screen.findByRole('button', { name: '3 threads are due for clean-up' }));
    const due = within(await screen.findByTestId('due'));
    await due.findByText('Renewal of the office lease');
    return { fake, user, due };
  }

  it('of one thread leaves the ticks of the others, and an Undo that fails says so where it is seen', async () => {
    const { fake, user, due } = await review();
    await user.click(screen.getByRole('checkbox', { name: 'Choose Palette for the slides' }));
    await user.click(within(due.getByRole('group', { name: 'Visa for the Lisbon trip' })).getByRole('button', { name: 'Delete' }));
    await screen.findByText('1 thread moved to the bin.');
    expect(due.getByRole('group', { name: '1 chosen' })).toBeTruthy();
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Close' }));
    fake.refuse.set('undo_change', refusal('storage_full'));
    await user.click(button('Undo'));
    const alert = await screen.findByRole('alert');
    expect(alert.closest('main')).not.toBeNull();
    fake.refuse.clear();
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(fake.get('thread_vi').thread.deletedAt).toBeNull());
  });

  it('fetches each page once, however often it is asked for', async () => {
    const fake = story();
    for (let n = 0; n < 250; n++) fake.add(`old${n}`, `Old thread ${n}`, null, 'open', 24 * (100 + n));
    await open(fake);
    await retention.load();
    await Promise.all([retention.loadMore(), retention.loadMore()]);
    expect(new Set(retention.due.map((each) => each.thread.id)).size).toBe(retention.due.length);
  });
});

describe('an export', () => {
  it('is told of in the search and in a temporary chat, too', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const { exports } = await import('../src/state/exports.svelte');
    fake.refuse.set('export', refusal('storage_full'));
    await user.click(button('Temporary chat'));
    await screen.findByTestId('temporary');
    await exports.start({ kind: 'all' }, 'record');
    expect((await screen.findByTestId('work')).textContent).toContain('The disk is full.');
  });
});
