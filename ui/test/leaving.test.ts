// Leaving a thread, a field or a place: what was typed is kept, what is shown belongs to what is on
// show, and the focus is somewhere.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { rename } from '../src/state/actions';
import { pane } from '../src/state/pane.svelte';
import { renaming } from '../src/state/renaming.svelte';
import { toasts } from '../src/state/toasts.svelte';
import { refusal } from './fake';
import { story } from './story';
import { article, button, field, open } from './window';

const memo = 'acme_tp_2026_11';
const route = 'thread_rt';

describe('what is typed in a field of the thread', () => {
  it('is kept when a key leads to another thread', async () => {
    const fake = story();
    const user = await open(fake, memo);
    renaming.wanted = memo;
    const title = await screen.findByRole('textbox', { name: 'Title' });
    await user.clear(title);
    await user.type(title, 'A better name');
    await pane.open(route);
    await waitFor(() => expect(fake.get(memo).thread.title).toBe('A better name'));
    await user.click(button('Client: Helvetia Logistics'));
    await user.clear(screen.getByRole('textbox', { name: 'Client' }));
    await user.type(screen.getByRole('textbox', { name: 'Client' }), 'Helvetia AG');
    await pane.open(memo);
    await waitFor(() => expect(fake.get(route).thread.metadata['client']).toBe('Helvetia AG'));
    const matter = await screen.findByRole('textbox', { name: /matter/ });
    await user.clear(matter);
    await user.type(matter, 'TP-7');
    await pane.open(route);
    await waitFor(() => expect(fake.get(memo).thread.metadata['matter']).toBe('TP-7'));
    expect(fake.get(route).thread.title).toBe('Route planning: Basel depot');
  });

  it('and is yet to be added is there again with its thread', async () => {
    const user = await open(story(), memo);
    const key = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'key' });
    await user.type(await key(), 'deadline');
    await pane.open(route);
    await waitFor(async () => expect((await key()).value).toBe(''));
    await pane.open(memo);
    await waitFor(async () => expect((await key()).value).toBe('deadline'));
  });

  it('as JSON is there again with its thread', async () => {
    const user = await open(story(), memo);
    await user.click(await screen.findByRole('button', { name: 'As JSON' }));
    const json = () => screen.queryByRole<HTMLTextAreaElement>('textbox', { name: 'Metadata as JSON' });
    await user.type(json()!, ' half');
    await pane.open(route);
    await waitFor(() => expect(json()).toBeNull());
    await pane.open(memo);
    await waitFor(() => expect(json()?.value).toMatch(/\} half$/));
    await user.click(button('Cancel'));
    await user.click(await screen.findByRole('button', { name: 'As JSON' }));
    expect(json()?.value).not.toContain('half');
  });
});

describe('the inspector', () => {
  it('never shows the history of another thread', async () => {
    const fake = story();
    await open(fake, 'thread_q3');
    await waitFor(() => expect(pane.history.length).toBe(2));
    fake.hold.add('list_history');
    await pane.open(memo);
    expect(pane.history).toEqual([]);
  });
});

describe('a reply that is running', () => {
  it('is not said to have ended when its thread is left', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const said = () => screen.getByTestId('announcer').textContent;
    await user.type(field(), 'Go on{Enter}');
    await waitFor(() => expect(said()).toContain('gpt-4.1'));
    await pane.open(route);
    expect(said()).not.toContain('ended');
    await pane.open(memo);
    await waitFor(() => expect(said()).toContain('gpt-4.1'));
    fake.write(memo, 'All of it.');
    fake.end(memo);
    await waitFor(() => expect(said()).toContain('ended'));
  });
});

describe('the focus', () => {
  const somewhere = () => waitFor(() => expect(document.activeElement).not.toBe(document.body));

  it('stays near when a key ends what had it', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.click(button('Client: Acme GmbH'));
    await user.keyboard('Acme AG{Enter}');
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Acme'));
    await user.click(within(article(/missing documents into an email/)).getByRole('button', { name: 'Edit' }));
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Edit the message'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement?.tagName).toBe('ARTICLE'));
    await user.keyboard('{Control>}{Shift>}f{/Shift}{/Control}');
    await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('searchbox'));
    await user.keyboard('{Escape}');
    await somewhere();
    await user.click(button('Lock'));
    await waitFor(() => expect(pane.thread?.state).toBe('locked'));
    await somewhere();
  });

  it('goes back from a note and from a failure to what had it before', async () => {
    const fake = story();
    const user = await open(fake, memo);
    field().focus();
    toasts.add('Done.', () => {});
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(document.activeElement).toBe(field()));
    fake.refuse.set('rename_thread', refusal('storage_full'));
    await rename(memo, 'Another');
    await user.click(within(await screen.findByRole('alert')).getByRole('button', { name: 'Dismiss' }));
    await waitFor(() => expect(document.activeElement).toBe(field()));
  });

  it('stays in the settings when a form of theirs is done', async () => {
    const user = await open(story());
    await user.click(button('Settings'));
    const card = within(await screen.findByRole('region', { name: 'OpenAI' }));
    await user.click(card.getByRole('button', { name: 'Key' }));
    await user.type(await card.findByLabelText(/Key for OpenAI|key/i), 'sk-new{Enter}');
    await waitFor(() => expect(card.queryByLabelText(/^Key for/)).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(card.getByRole('button', { name: 'Key' })));
    await user.click(card.getByRole('button', { name: 'Edit' }));
    await user.click(await card.findByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(document.activeElement).toBe(card.getByRole('button', { name: 'Edit' })));
  });
});
