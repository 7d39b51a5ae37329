// A temporary chat: it can be told from a thread, it is asked like one, and it leaves nothing behind.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands';
import { pane } from '../src/state/pane.svelte';
import { temporary } from '../src/state/temporary.svelte';
import { toasts } from '../src/state/toasts.svelte';
import { refusal, type Fake } from './fake';
import { story } from './story';
import { article, articles, button, clean, field, open } from './window';

const running = () => temporary.chat?.response?.id ?? '';

async function begin(fake: Fake = story()) {
  const user = await open(fake);
  await user.click(button('Temporary chat'));
  await screen.findByTestId('temporary');
  return { fake, user };
}

async function ask(fake: Fake, user: Awaited<ReturnType<typeof open>>, text: string, reply: string) {
  await user.type(field(), `${text}{Enter}`);
  await screen.findByTestId('streaming');
  fake.write(running(), reply);
  fake.end(running());
  await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
}

describe('a temporary chat', () => {
  it('says that nothing is kept and until when it lasts, and no draft of it is saved', async () => {
    const { fake, user } = await begin();
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Temporary chat');
    expect(screen.getByTestId('temporary').textContent).toContain('leaves nothing behind');
    await clean();
    const drafts = fake.did('save_draft').length;
    await ask(fake, user, 'Hello', 'Good **day**.');
    expect(article('day').dataset['status']).toBe('completed');
    expect(screen.getByText(/gone when you leave it, when Skein closes, or on/)).toBeTruthy();
    expect(fake.did('save_draft')).toHaveLength(drafts);
    expect(fake.did('respond')).toEqual([]);
    expect(document.title).toBe('Temporary chat – Skein');
    await clean();
  });

  it('begins with Ctrl+Shift+N and goes on from the last reply', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>}{Shift>}n{/Shift}{/Control}');
    await screen.findByTestId('temporary');
    await ask(fake, user, 'One', 'First reply');
    const first = running();
    await ask(fake, user, 'Two', 'Second reply');
    expect(fake.did('respond_in_chain').map((args) => args['previous'])).toEqual([null, first]);
    expect(articles().map((each) => each.querySelector('.text')?.textContent)).toEqual(['One', 'First reply', 'Two', 'Second reply']);
  });

  it('is stopped with Esc, and its last reply asked for again in its place', async () => {
    const { fake, user } = await begin();
    await user.type(field(), 'Go{Enter}');
    await screen.findByTestId('streaming');
    fake.write(running(), 'Half an answ');
    await waitFor(() => expect(screen.getByTestId('streaming').textContent).toContain('Half an answ'));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(article('Half an answ').dataset['status']).toBe('cancelled'));
    const end = within(article('Half an answ')).getByTestId('message-end');
    expect(within(end).queryByRole('button', { name: 'Continue' })).toBeNull();
    await user.click(within(end).getByRole('button', { name: 'Retry' }));
    await screen.findByTestId('streaming');
    expect(fake.did('respond_in_chain').at(-1)).toMatchObject({ previous: null, text: 'Go' });
    fake.write(running(), 'A whole answer');
    fake.end(running());
    await waitFor(() => expect(article('A whole answer')).toBeTruthy());
    expect(articles()).toHaveLength(2);
  });

  it('says what failed, and asks again', async () => {
    const { fake, user } = await begin();
    await user.type(field(), 'Anyone there?{Enter}');
    await screen.findByTestId('streaming');
    fake.think(running(), 'Hmm, well.');
    fake.end(running(), 'failed', refusal('endpoint_unreachable'));
    const failed = await screen.findByTestId('failed-reply');
    expect(within(failed).getByText('Hmm, well.').closest('details')?.open).toBe(false);
    expect(failed.textContent).toContain('The endpoint cannot be reached');
    await user.click(within(failed).getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(fake.did('respond_in_chain')).toHaveLength(2));
  });

  it('that has expired says so, and offers to begin anew', async () => {
    const { fake, user } = await begin();
    await ask(fake, user, 'One', 'First reply');
    fake.refuse.set('respond_in_chain', refusal('response_expired'));
    await user.type(field(), 'Two{Enter}');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The reply this goes on from is gone.');
    expect(field().value).toBe('Two');
    await user.click(within(alert).getByRole('button', { name: 'Begin anew' }));
    await waitFor(() => expect(articles()).toHaveLength(0));
    expect(screen.getByTestId('temporary')).toBeTruthy();
    expect(field().value).toBe('Two');
    expect(screen.queryByRole('alert')).toBeNull();
    fake.refuse.clear();
    await user.type(field(), '{Enter}');
    await waitFor(() => expect(fake.did('respond_in_chain').at(-1)).toMatchObject({ previous: null, text: 'Two' }));
  });

  it('is copied by Rust, which holds its text', async () => {
    const { fake, user } = await begin();
    await ask(fake, user, 'One', 'A **strong** reply');
    await user.click(within(article('strong')).getByRole('button', { name: 'Copy' }));
    await waitFor(() => expect(fake.copied).toEqual(['A **strong** reply']));
  });

  it('goes back to what was said before with the arrows, from the empty field', async () => {
    const { fake, user } = await begin();
    await ask(fake, user, 'One', 'First reply');
    await ask(fake, user, 'Two', 'Second reply');
    await user.click(field());
    await user.keyboard('{ArrowUp}');
    await waitFor(() => expect(field().value).toBe('Two'));
    await user.keyboard('{ArrowUp}');
    await waitFor(() => expect(field().value).toBe('One'));
    await user.keyboard('{ArrowDown}{ArrowDown}');
    await waitFor(() => expect(field().value).toBe(''));
  });

  it('folds what is long, as a thread does, unless it was seen arriving', async () => {
    const { fake, user } = await begin();
    await ask(fake, user, 'One', `${'a line\n'.repeat(150)}the end of one`);
    await ask(fake, user, 'Two', 'Short');
    expect(article(/the end of one/)).toBeTruthy();
    await user.click(within(article(/the end of one/)).getByRole('button', { name: 'Show less' }));
    await waitFor(() => expect(article(/^a line/).textContent).not.toContain('the end of one'));
    await user.click(within(article(/^a line/)).getByRole('button', { name: /^Show all 151 lines/ }));
    await waitFor(() => expect(article(/the end of one/)).toBeTruthy());
    expect(fake.did('chain_message').at(-1)).toMatchObject({ responseId: running() });
    await clean();
  });

  it('is walked through with J and K, and what has the focus is copied and quoted', async () => {
    const { fake, user } = await begin();
    await ask(fake, user, 'One', 'A **strong** reply');
    screen.getByTestId('temporary').focus();
    await user.keyboard('k');
    await user.keyboard('k');
    expect(document.activeElement).toBe(article('One'));
    await user.keyboard('{Enter}');
    const menu = await screen.findByRole('menu', { name: 'Message actions' });
    expect(within(menu).getAllByRole('menuitem').map((item) => item.textContent.trim())).toEqual(['Copy as Markdown', 'Copy as plain text', 'Quote']);
    await user.click(within(menu).getByRole('menuitem', { name: 'Quote' }));
    await waitFor(() => expect(field().value).toBe('> One\n\n'));
    const command = (id: string) => commands.find((each) => each.id === `message.${id}`);
    expect(command('copyLast')?.when?.()).toBe(true);
    void command('copyLast')?.run();
    await waitFor(() => expect(fake.copied).toEqual(['A **strong** reply']));
    expect([command('retryLast'), command('fork'), command('edit')].map((each) => each?.when?.())).toEqual([true, false, false]);
  });

  it('becomes a thread when it is to be kept', async () => {
    const { fake, user } = await begin();
    expect(screen.queryByRole('button', { name: 'Keep as thread' })).toBeNull();
    await ask(fake, user, 'Worth keeping', 'Indeed');
    await user.click(button('Keep as thread'));
    await waitFor(() => expect(pane.thread?.title).toBe('Worth keeping'));
    expect(screen.queryByTestId('temporary')).toBeNull();
    expect(articles()).toHaveLength(2);
    expect(screen.getByText('Kept as a thread.')).toBeTruthy();
  });

  it('asks with parameters and a system prompt of its own, and keeps them when it becomes a thread', async () => {
    const { fake, user } = await begin();
    await user.click(button('System prompt'));
    await user.type(screen.getByRole('textbox', { name: 'System prompt' }), 'Answer in rhyme.');
    await user.click(button('Use it'));
    expect(screen.getByTestId('system-note').textContent).toContain('Begins with a system prompt of its own');
    await user.click(button('Parameters'));
    await user.type(screen.getByRole('textbox', { name: 'Temperature' }), '0.7');
    await user.keyboard('{Escape}');
    await ask(fake, user, 'One', 'Fun');
    const options = { policy: 'newest', parameters: { temperature: 0.7 } };
    expect(fake.did('respond_in_chain')[0]).toMatchObject({ text: 'One', system: 'Answer in rhyme.', options });
    await ask(fake, user, 'Two', 'Blue');
    expect(fake.did('respond_in_chain')[1]).toMatchObject({ text: 'Two', system: null, options });
    expect(fake.did('save_draft').filter((args) => (args['draft'] as { system: unknown }).system !== null)).toEqual([]);
    await user.click(button('Keep as thread'));
    await waitFor(() => expect(fake.did('set_thread_options')).toEqual([{ id: pane.id, options }]));
  });

  it('shows what the model saw for a reply, and what it cost', async () => {
    const { fake, user } = await begin();
    fake.prices = [{ endpoint: 'OpenAI', model: 'gpt-4.1', input: '1000', output: '1000', currency: 'USD' }];
    await ask(fake, user, 'One', 'First reply');
    await ask(fake, user, 'Two', 'Second reply');
    expect(article('Second reply').textContent).toContain('0.64');
    const saw = await screen.findByTestId('model-saw');
    expect(saw.textContent).toContain('3 messages were sent');
    await user.click(within(article('First reply')).getByRole('button', { name: 'More for this message' }));
    await user.click(screen.getByRole('menuitem', { name: 'What the model saw' }));
    await waitFor(() => expect(screen.getByTestId('model-saw').textContent).toContain('Show the last one'));
    expect(screen.getByTestId('usage').textContent).toContain('This reply');
    await clean();
  });

  it('is left without a question, can be come back to, and is then forgotten', async () => {
    const { fake, user } = await begin();
    await ask(fake, user, 'One', 'First reply');
    const last = running();
    await pane.open('thread_rs');
    await waitFor(() => expect(screen.queryByTestId('temporary')).toBeNull());
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(article('First reply')).toBeTruthy());
    expect(fake.did('forget_chain')).toEqual([]);
    await user.click(button('Leave the chat'));
    await waitFor(() => expect(screen.getByText(/You left the temporary chat/)).toBeTruthy());
    for (const toast of toasts.list) toasts.drop(toast.id);
    await waitFor(() => expect(fake.did('forget_chain')).toEqual([{ responseId: last }]));
  });

  it('in which nothing was said is left without a word', async () => {
    const { user } = await begin();
    await user.click(button('New thread'));
    await waitFor(() => expect(screen.queryByTestId('temporary')).toBeNull());
    expect(toasts.list).toEqual([]);
  });
});
