// A message whose answer comes late: what came of it belongs to its thread, wherever the person is by then.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { composer } from '../src/state/composer.svelte';
import { pane } from '../src/state/pane.svelte';
import { refusal } from './fake';
import { story } from './story';
import { article, button, field, open } from './window';

const memo = 'acme_tp_2026_11';
const route = 'thread_rt';

/** Sends words in a thread, and answers only when told to. */
async function sending(words: string, thread: string | null = route) {
  const fake = story();
  const user = await open(fake, thread);
  let answer = () => {};
  fake.late.set('respond', new Promise<void>((next) => (answer = next)));
  await user.type(field(), `${words}{Enter}`);
  await waitFor(() => expect(fake.did('respond')).toHaveLength(1));
  return { fake, user, answer: () => (fake.late.clear(), answer()) };
}

describe('a message that is refused when the person is elsewhere', () => {
  it('is sent again as it was, and what is written elsewhere stays there', async () => {
    const { fake, user, answer } = await sending('Is it open on Sunday?');
    await pane.open(memo);
    await user.type(field(), 'Half a thought');
    fake.refuse.set('respond', refusal('endpoint_unreachable'));
    answer();
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Route planning');
    expect(alert.closest('form')).toBeNull();
    fake.refuse.clear();
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(fake.did('respond')).toHaveLength(2));
    expect(fake.did('respond')[1]).toEqual(fake.did('respond')[0]);
    await waitFor(() => expect(fake.get(route).draft.text).toBe(''));
    expect(pane.id).toBe(memo);
    expect(field().value).toBe('Half a thought');
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('does not keep the other thread from sending', async () => {
    const { fake, user, answer } = await sending('Is it open on Sunday?');
    await pane.open('thread_sd');
    await user.type(field(), 'And with rye?');
    expect(button('Send').hasAttribute('disabled')).toBe(false);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(fake.did('respond').at(-1)).toMatchObject({ thread: 'thread_sd', text: 'And with rye?' }));
    answer();
    await waitFor(() => expect(fake.running.size).toBe(2));
  });
});

describe('a message that is accepted late', () => {
  it('takes only itself out of the field, and leaves what was typed after it', async () => {
    const { fake, user, answer } = await sending('First');
    await user.type(field(), ' and second');
    answer();
    await waitFor(() => expect(field().value).toBe('and second'));
    await composer.flush();
    expect(fake.get(route).draft.text).toBe('and second');
  });

  it('takes only itself out of the draft of a thread that was left, model and all else stay', async () => {
    const { fake, user, answer } = await sending('First');
    composer.choose('OpenAI/gpt-4.1-mini');
    await user.type(field(), ' and second');
    await pane.open(memo);
    answer();
    await waitFor(() => expect(fake.get(route).draft).toEqual({ text: 'and second', system: null, model: 'OpenAI/gpt-4.1-mini' }));
    expect(pane.id).toBe(memo);
    await pane.open(route);
    await waitFor(() => expect(field().value).toBe('and second'));
  });

  it('does not call back whoever left a new thread', async () => {
    const { fake, answer } = await sending('A new one', null);
    await pane.open(memo);
    answer();
    await waitFor(() => expect(fake.newDraft.text).toBe(''));
    await waitFor(() => expect(fake.threads.size).toBe(8));
    expect(pane.id).toBe(memo);
  });

  it('takes what was typed meanwhile along into the thread that it made', async () => {
    const { fake, user, answer } = await sending('A new one', null);
    await user.type(field(), ' and more');
    answer();
    await waitFor(() => expect(pane.thread?.title).toBe('A new one'));
    await waitFor(() => expect(field().value).toBe('and more'));
    await composer.flush();
    expect(fake.get(pane.id).draft.text).toBe('and more');
    expect(fake.newDraft.text).toBe('');
  });
});

describe('an edit or a retry that is accepted late', () => {
  it('does not call back whoever went elsewhere', async () => {
    const fake = story();
    const user = await open(fake, 'thread_sd');
    let answer = () => {};
    fake.late.set('retry', new Promise<void>((next) => (answer = next)));
    await user.click(within(article('648 g.')).getByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(fake.did('retry')).toHaveLength(1));
    await pane.open(memo);
    answer();
    await waitFor(() => expect(fake.running.size).toBe(1));
    await waitFor(() => expect(document.querySelector('[data-thread="thread_sd"]')?.textContent).toContain('A reply is running'));
    await pane.refresh();
    expect(fake.opened.filter((id) => id === 'thread_sd')).toHaveLength(1);
    expect(pane.id).toBe(memo);
  });
});
