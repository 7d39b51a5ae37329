// What a person has typed stays theirs: in the field, in an edit, in a temporary chat, with a full disk.
import { screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { composer } from '../src/state/composer.svelte';
import { edits, keepEdits } from '../src/state/edits.svelte';
import { pane } from '../src/state/pane.svelte';
import { temporary } from '../src/state/temporary.svelte';
import { refusal } from './fake';
import { story } from './story';
import { article, button, field, open } from './window';

const memo = 'acme_tp_2026_11';
const route = 'thread_rt';
const full = refusal('storage_full');
const draftOf = (fake: ReturnType<typeof story>, id: string) => fake.get(id).draft.text;

function paste(text: string) {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  field().dispatchEvent(event);
}

/** What a browser does with a field that can be undone, as jsdom does not: setting its value forgets it all. */
function undoable(node: HTMLTextAreaElement) {
  const before: string[] = [];
  const own = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')!;
  const typed = (text: string) => {
    own.set!.call(node, text);
    node.dispatchEvent(new Event('input', { bubbles: true }));
  };
  Object.defineProperty(node, 'value', {
    configurable: true,
    get: () => own.get!.call(node) as string,
    set(text: string) {
      before.length = 0;
      own.set!.call(node, text);
    },
  });
  document.execCommand = (command, _, text = '') => {
    if (!['insertText', 'delete'].includes(command) || document.activeElement !== node) return false;
    const { value, selectionStart, selectionEnd } = node;
    before.push(value);
    typed(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
    return true;
  };
  return () => typed(before.pop() ?? node.value);
}

describe('what is put into the field', () => {
  afterEach(() => Reflect.deleteProperty(document, 'execCommand'));

  it('in place of selected words is taken back by Ctrl+Z', async () => {
    const fake = story();
    fake.prompt('Summary', 'Summarise this.');
    const user = await open(fake, route);
    const undo = undoable(field());
    await user.type(field(), 'A long draft of mine');
    field().setSelectionRange(0, 20);
    await user.click(button('Insert a prompt'));
    await user.click(await screen.findByRole('option', { name: /^Summary/ }));
    await waitFor(() => expect(field().value).toBe('Summarise this.'));
    undo();
    await waitFor(() => expect(composer.text).toBe('A long draft of mine'));
    expect(field().value).toBe('A long draft of mine');
    composer.quote('Some words');
    await waitFor(() => expect(field().value).toBe('A long draft of mine\n\n> Some words\n\n'));
    undo();
    await waitFor(() => expect(composer.text).toBe('A long draft of mine'));
  });

  it('stands beside the field where it is too long to be taken back', async () => {
    const fake = story();
    fake.prompt('Rules', 'One rule.\n'.repeat(200));
    const user = await open(fake, route);
    const undo = undoable(field());
    await user.type(field(), 'A long draft of mine');
    field().setSelectionRange(0, 20);
    await user.click(button('Insert a prompt'));
    await user.click(await screen.findByRole('option', { name: /^Rules/ }));
    await screen.findByTestId('folded');
    undo();
    await waitFor(() => expect(composer.text).toBe('A long draft of mine'));
  });

  it('belongs to its thread: another’s cannot be undone into it', async () => {
    const fake = story();
    const user = await open(fake, route);
    const undo = undoable(field());
    await user.type(field(), 'For the route');
    await pane.open(memo);
    await waitFor(() => expect(field().value).toBe(''));
    undo();
    expect(field().value).toBe('');
  });
});

describe('a pasted text that is taken out', () => {
  const long = 'one line of many\n'.repeat(6000);

  it('is put back where it was by Undo, from another thread too', async () => {
    const fake = story();
    const user = await open(fake, route);
    await user.type(field(), 'About this:');
    paste(long);
    const remove = async () => user.click(within(await screen.findByTestId('folded')).getByRole('button', { name: 'Take the pasted text out' }));
    await remove();
    await waitFor(() => expect(screen.queryByTestId('folded')).toBeNull());
    await user.click(button('Undo'));
    await screen.findByTestId('folded');
    await remove();
    await pane.open(memo);
    await user.click(button('Undo'));
    await screen.findByTestId('folded');
    expect(pane.id).toBe(route);
    await composer.flush();
    expect(draftOf(fake, route)).toBe(`About this:\n\n${long}`);
  });
});

describe('a temporary chat that is kept', () => {
  it('takes along what is being written in it', async () => {
    const fake = story();
    const user = await open(fake);
    await user.click(button('Temporary chat'));
    await screen.findByTestId('temporary');
    await user.type(field(), 'One{Enter}');
    await screen.findByTestId('streaming');
    const running = temporary.chat?.response?.id ?? '';
    fake.write(running, 'First reply');
    fake.end(running);
    await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
    await user.type(field(), 'And then');
    temporary.chat?.asking.tell('Answer in rhyme.');
    temporary.chat?.choose('OpenAI/gpt-4.1-mini');
    await user.click(button('Keep as thread'));
    await waitFor(() => expect(pane.thread?.title).toBe('One'));
    await waitFor(() => expect(field().value).toBe('And then'));
    expect(fake.get(pane.id).draft).toEqual({ text: 'And then', system: 'Answer in rhyme.', model: 'OpenAI/gpt-4.1-mini' });
    expect(composer.model).toBe('OpenAI/gpt-4.1-mini');
    expect(composer.asking.change).toBe('Answer in rhyme.');
  });
});

describe('an edit of a message', () => {
  afterEach(() => edits.clear());
  const editor = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Edit the message' });

  async function editing(words: string) {
    const fake = story();
    const user = await open(fake, memo);
    await user.click(within(article(/missing documents into an email/)).getByRole('button', { name: 'Edit' }));
    await waitFor(async () => expect((await editor()).value).not.toBe(''));
    if (words !== '') await user.type(await editor(), words);
    return { fake, user };
  }

  it('that was changed and is left with Esc comes back with Undo', async () => {
    const { user } = await editing(' In French.');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('textbox', { name: 'Edit the message' })).toBeNull();
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
    await user.click(button('Undo'));
    expect((await editor()).value).toMatch(/short\. In French\.$/);
    await user.click(button('Cancel'));
    await pane.open(route);
    await user.click(button('Undo'));
    await waitFor(() => expect(pane.id).toBe(memo));
    expect((await editor()).value).toMatch(/short\. In French\.$/);
  });

  it('that was not changed is left without a word', async () => {
    const { user } = await editing('');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  it('stays while another thread is looked at, and is kept in the thread’s draft when the window closes', async () => {
    const { fake, user } = await editing(' In French.');
    await user.type(field(), 'Half a thought');
    await pane.open(route);
    await pane.open(memo);
    expect((await editor()).value).toMatch(/In French\.$/);
    await keepEdits();
    expect(draftOf(fake, memo)).toMatch(/^Half a thought\n\nGood\. Now turn[\s\S]*In French\.$/);
  });
});

describe('a draft that cannot be stored', () => {
  it('is held for its thread until it can be', async () => {
    const fake = story();
    const user = await open(fake, route);
    fake.refuse.set('save_draft', full);
    await user.type(field(), 'Not on the disk');
    await composer.flush();
    expect((await screen.findByRole('alert')).textContent).toContain('Your text is kept.');
    await pane.open(memo);
    await waitFor(() => expect(field().value).toBe(''));
    await pane.open(route);
    await waitFor(() => expect(field().value).toBe('Not on the disk'));
    await pane.open(memo);
    fake.refuse.clear();
    await user.click(button('Try again'));
    await waitFor(() => expect(draftOf(fake, route)).toBe('Not on the disk'));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });
});

describe('what is typed while another thread is on its way', () => {
  it('is kept for the thread it was typed in', async () => {
    const fake = story();
    const user = await open(fake, route);
    let answer = () => {};
    fake.late.set('open_thread', new Promise<void>((next) => (answer = next)));
    const going = pane.open(memo);
    await waitFor(() => expect(fake.did('open_thread').at(-1)).toMatchObject({ id: memo }));
    await user.type(field(), 'Just before');
    answer();
    await going;
    await waitFor(() => expect(field().value).toBe(''));
    await composer.flush();
    expect(draftOf(fake, route)).toBe('Just before');
    await pane.open(route);
    await waitFor(() => expect(field().value).toBe('Just before'));
  });
});
