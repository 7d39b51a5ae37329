// What a message is written with: folded texts, one's earlier messages, stored prompts, the system
// prompt and parameters.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { composer } from '../src/state/composer.svelte';
import { dialogs } from '../src/state/dialogs.svelte';
import { pane } from '../src/state/pane.svelte';
import { Fake } from './fake';
import { story } from './story';
import { article, button, clean, field, open } from './window';

const memo = 'acme_tp_2026_11';
const route = 'thread_rt';

function paste(text: string) {
  const event = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(event, { clipboardData: { getData: () => text } });
  field().dispatchEvent(event);
  return event;
}

function library(fake: Fake) {
  fake.prompt('Email', 'Write an email to {{who}} about {{matter}}.');
  fake.prompt('Summary', 'Summarise this in three lines.');
  fake.prompt('Voice', 'You work for {{client}}. Be {{tone}}.', ['Acme GmbH']);
  return fake;
}

describe('a pasted text', () => {
  const long = 'one line of many\n'.repeat(6000);

  it('is folded from 32 KiB on, can be looked into and taken out, and is sent whole', async () => {
    const fake = story();
    const user = await open(fake, route);
    expect(paste('x'.repeat(20_000)).defaultPrevented).toBe(false);
    await user.type(field(), 'Summarise this:');
    expect(paste(long).defaultPrevented).toBe(true);
    const chip = await screen.findByRole('group', { name: 'Pasted text, 99.6 KiB, 6,000 lines' });
    expect(field().value).toBe('Summarise this:');
    await user.click(within(chip).getByRole('button', { name: /^Look into it/ }));
    expect(within(chip).getByRole('region').textContent).toContain('one line of many');
    await clean();
    paste('second '.repeat(10_000));
    await waitFor(() => expect(screen.getAllByTestId('folded')).toHaveLength(2));
    await user.click(within(screen.getAllByTestId('folded')[1]!).getByRole('button', { name: 'Take the pasted text out' }));
    await user.click(button('Send'));
    await waitFor(() => expect(fake.did('respond')).toEqual([{ thread: route, text: `Summarise this:\n\n${long}` }]));
    await waitFor(() => expect(screen.queryByTestId('folded')).toBeNull());
  });

  it('goes into the field on a click, if the field can hold it', async () => {
    const user = await open(story(), route);
    await user.type(field(), 'Before');
    paste(long);
    await user.click(within(await screen.findByTestId('folded')).getByRole('button', { name: 'Into the field' }));
    await waitFor(() => expect(field().value).toBe(`Before\n\n${long}`));
    expect(screen.queryByTestId('folded')).toBeNull();
    paste('y'.repeat(200_000));
    expect(within(await screen.findByTestId('folded')).queryByRole('button', { name: 'Into the field' })).toBeNull();
  });

  it('is folded still when the thread is come back to, and kept in the draft', async () => {
    const fake = story();
    const user = await open(fake, route);
    await user.type(field(), 'About this:');
    paste(long);
    await screen.findByTestId('folded');
    await pane.open(memo);
    await waitFor(() => expect(screen.queryByTestId('folded')).toBeNull());
    expect(fake.get(route).draft.text).toBe(`About this:\n\n${long}`);
    await pane.open(route);
    await screen.findByTestId('folded');
    expect(field().value).toBe('About this:');
  });
});

describe('the arrows', () => {
  const asked = ['first question', 'second\nquestion', 'third question'];
  const threadOf = (fake: Fake) => {
    const kept = fake.add('asked', 'Asked', null, 'open', 0);
    for (const text of asked) {
      fake.say(kept, 'user', text);
      fake.say(kept, 'assistant', 'An answer.');
    }
    return fake;
  };

  it('walk through one’s own messages from the empty field, and back to it', async () => {
    const user = await open(threadOf(story()), 'asked');
    field().focus();
    for (const text of [...asked].reverse()) {
      await user.keyboard('{ArrowUp}');
      await waitFor(() => expect(field().value).toBe(text));
    }
    await user.keyboard('{ArrowUp}');
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(field().value).toBe('second\nquestion'));
    await user.keyboard('{ArrowDown}{ArrowDown}');
    await waitFor(() => expect(field().value).toBe(''));
  });

  it('never take away what was typed', async () => {
    const user = await open(threadOf(story()), 'asked');
    await user.type(field(), 'mine');
    await user.keyboard('{ArrowUp}');
    expect(field().value).toBe('mine');
    await user.clear(field());
    await user.keyboard('{ArrowUp}');
    await waitFor(() => expect(field().value).toBe('third question'));
    await user.type(field(), ', changed');
    await user.keyboard('{ArrowUp}{ArrowDown}');
    await composer.flush();
    expect(field().value).toBe('third question, changed');
  });

  it('find what is not loaded', async () => {
    const fake = story();
    const kept = fake.add('far', 'Far', null, 'open', 0);
    fake.say(kept, 'user', 'long ago');
    for (let n = 0; n < 100; n += 1) fake.say(kept, 'assistant', `Part ${n}`);
    const user = await open(fake, 'far');
    field().focus();
    await user.keyboard('{ArrowUp}');
    await waitFor(() => expect(field().value).toBe('long ago'));
  });
});

describe('a stored prompt', () => {
  it('goes in by a slash in the empty field, found by what follows it', async () => {
    const user = await open(library(story()), route);
    await user.type(field(), '/');
    const list = await screen.findByRole('listbox', { name: 'Prompts' });
    await waitFor(() => expect(within(list).getAllByRole('option')).toHaveLength(3));
    await clean();
    await user.type(field(), 'summ');
    expect(within(list).getAllByRole('option')).toHaveLength(1);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(field().value).toBe('Summarise this in three lines.'));
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  it('lets a slash be a slash', async () => {
    const fake = library(story());
    const user = await open(fake, route);
    await user.type(field(), '/usr/bin is where?{Enter}');
    await waitFor(() => expect(fake.did('respond')[0]).toMatchObject({ text: '/usr/bin is where?' }));
    await waitFor(() => expect(field().value).toBe(''));
    await user.type(field(), '/');
    await screen.findByRole('listbox');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('listbox')).toBeNull();
    expect(field().value).toBe('/');
    await user.type(field(), 'e');
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  it('asks for its placeholders, knows what the thread knows, and goes in at the caret', async () => {
    const fake = library(story());
    const user = await open(fake, memo);
    await user.type(field(), 'Please:  Thank you.');
    field().setSelectionRange(8, 8);
    await user.keyboard('{Control>}{Shift>}p{/Shift}{/Control}');
    await user.click(await screen.findByRole('option', { name: /^Email/ }));
    const form = await screen.findByRole('dialog', { name: 'Email' });
    expect(within(form).getByRole<HTMLTextAreaElement>('textbox', { name: 'matter' }).value).toBe('TP-2026-031');
    await waitFor(() => expect(document.activeElement).toBe(within(form).getByRole('textbox', { name: 'who' })));
    await clean();
    await user.keyboard('Ms Keller{Enter}{Enter}');
    await waitFor(() => expect(field().value).toBe('Please: Write an email to Ms Keller about TP-2026-031. Thank you.'));
    expect(fake.did('fill_prompt')).toEqual([{ id: 'prompt_1', values: { who: 'Ms Keller', matter: 'TP-2026-031' } }]);
  });

  it('leaves everything as it was on Escape', async () => {
    const user = await open(library(story()), route);
    await user.type(field(), 'half a thought');
    await user.click(button('Insert a prompt'));
    await user.type(await screen.findByRole('combobox', { name: 'Search prompts' }), 'email{Enter}');
    await screen.findByRole('dialog', { name: 'Email' });
    await user.keyboard('someone{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(field().value).toBe('half a thought');
    expect(document.activeElement).not.toBe(document.body);
  });

  it('does not take a key that composes', async () => {
    const user = await open(library(story()), route);
    await user.type(field(), '/s');
    await screen.findByRole('listbox');
    await fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    await fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
    expect(field().value).toBe('/s');
  });
});

describe('the library', () => {
  it('adds, changes, finds and removes, with Undo', async () => {
    const fake = story();
    const user = await open(fake, route);
    await user.click(button('Insert a prompt'));
    await user.click(await screen.findByRole('button', { name: 'Add a prompt' }));
    const dialog = await screen.findByRole('dialog', { name: 'Prompts' });
    const within_ = within(dialog);
    await user.click((await within_.findAllByRole('button', { name: 'Add a prompt' }))[0]!);
    await user.type(within_.getByRole('textbox', { name: 'Name' }), 'Letter');
    await user.type(within_.getByRole('textbox', { name: 'Text' }), 'A letter to {{{{who}}');
    await user.type(within_.getByRole('combobox', { name: 'New threads of these clients begin with it' }), 'Acme GmbH{Enter}');
    await clean();
    await user.click(within_.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(fake.prompts).toMatchObject([{ name: 'Letter', text: 'A letter to {{who}}', clients: ['Acme GmbH'], placeholders: ['who'] }]));
    await user.type(within_.getByRole('textbox', { name: 'Text' }), ', short');
    await user.click(within_.getByRole('button', { name: 'Close' }));
    dialogs.show({ kind: 'prompts', id: fake.prompts[0]!.id });
    const again = within(await screen.findByRole('dialog', { name: 'Prompts' }));
    expect((await again.findByRole<HTMLTextAreaElement>('textbox', { name: 'Text' })).value).toBe('A letter to {{who}}, short');
    expect(again.getByText('not saved')).toBeTruthy();
    await user.click(again.getByRole('button', { name: 'Discard' }));
    await user.click(again.getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(fake.prompts).toEqual([]));
    await user.click(button('Undo'));
    await waitFor(() => expect(fake.prompts).toMatchObject([{ name: 'Letter', clients: ['Acme GmbH'] }]));
  });

  it('says beside the field that a name is taken', async () => {
    const user = await open(library(story()), route);
    dialogs.show({ kind: 'prompts', id: 'prompt_2' });
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await user.clear(name);
    await user.type(name, 'Email');
    expect(screen.getByRole('alert').textContent).toBe('Another prompt has this name.');
    expect(button('Save').hasAttribute('disabled')).toBe(true);
    await clean();
  });
});

describe('the system prompt', () => {
  it('of a client is what its new threads begin with, and is shown as that', async () => {
    const fake = library(story());
    const user = await open(fake);
    composer.client = 'Acme GmbH';
    const note = await screen.findByTestId('system-note');
    expect(note.textContent).toContain('Begins with “Voice”, the prompt of Acme GmbH');
    await user.click(within(note).getByRole('button', { name: /^Begins/ }));
    const panel = await screen.findByRole('dialog', { name: 'System prompt' });
    expect(within(panel).getByRole<HTMLTextAreaElement>('textbox').value).toBe('You work for Acme GmbH. Be {{tone}}.');
    expect(panel.textContent).toContain('{{tone}} has no value');
    await clean();
    await user.keyboard('{Escape}');
    await user.type(field(), 'Hello{Enter}');
    await waitFor(() => expect(fake.did('respond')).toEqual([{ thread: null, text: 'Hello', metadata: { client: 'Acme GmbH' } }]));
  });

  it('can be left out of a new thread, or be another', async () => {
    const fake = library(story());
    const user = await open(fake);
    composer.client = 'Acme GmbH';
    await user.click(within(await screen.findByTestId('system-note')).getByRole('button', { name: 'Without it' }));
    expect(screen.getByTestId('system-note').textContent).toContain('Begins without “Voice”');
    await user.type(field(), 'Hello{Enter}');
    await waitFor(() => expect(fake.did('respond')[0]).toMatchObject({ withoutPrompt: true }));
  });

  it('goes with the next message of a thread, once', async () => {
    const fake = story();
    const user = await open(fake, route);
    await user.click(button('System prompt'));
    await user.type(await screen.findByRole('textbox', { name: 'System prompt' }), 'Be brief.');
    await user.click(button('Use from the next message'));
    expect(screen.getByTestId('system-note').textContent).toContain('A new system prompt goes with the next message');
    await user.type(field(), 'One{Enter}');
    await waitFor(() => expect(fake.did('respond')).toEqual([{ thread: route, text: 'One', system: 'Be brief.' }]));
    await waitFor(() => expect(screen.queryByTestId('system-note')).toBeNull());
    expect(article('Be brief.').dataset['role']).toBe('system');
    await waitFor(() => expect(button('System prompt: set')).toBeTruthy());
    fake.end(route);
    await waitFor(() => expect(button('Send')).toBeTruthy());
    await user.type(field(), 'Two{Enter}');
    await waitFor(() => expect(fake.did('respond')[1]).toEqual({ thread: route, text: 'Two' }));
  });
});

describe('parameters', () => {
  it('are one click away, kept for the thread, marked, and reset', async () => {
    const fake = story();
    const endpoint = fake.endpoints.find((each) => each.isDefault)!;
    endpoint.parameters = { top_p: 0.9 };
    const user = await open(fake, route);
    await user.click(button('Parameters'));
    const panel = within(await screen.findByRole('dialog', { name: 'Parameters' }));
    expect(panel.getByRole<HTMLInputElement>('textbox', { name: 'Top-p' }).placeholder).toBe('0.9, from the endpoint');
    await user.type(panel.getByRole('textbox', { name: 'Temperature' }), '0,3');
    await user.click(panel.getByRole('radio', { name: /^Refuse/ }));
    await clean();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(fake.options.get(route)).toEqual({ policy: 'refuse', parameters: { temperature: 0.3 } }));
    expect(button('Parameters: 2 set')).toBeTruthy();
    await pane.open(memo);
    await waitFor(() => expect(button('Parameters')).toBeTruthy());
    await pane.open(route);
    await user.click(await screen.findByRole('button', { name: 'Parameters: 2 set' }));
    await user.click(await screen.findByRole('button', { name: 'Reset' }));
    await waitFor(() => expect(fake.options.get(route)).toEqual({ policy: 'newest', parameters: {} }));
  });

  it('stay as they were set while an older answer is still on its way', async () => {
    const fake = story();
    await open(fake);
    await pane.open(route);
    composer.asking.put({ policy: 'refuse', parameters: { seed: 1 } });
    await composer.flush();
    await waitFor(() => expect(fake.did('asking').at(-1)).toMatchObject({ thread: route }));
    await waitFor(() => expect(composer.preview).not.toBeNull());
    expect(composer.asking.options).toEqual({ policy: 'refuse', parameters: { seed: 1 } });
  });

  it('of a new thread go with its first message', async () => {
    const fake = story();
    const user = await open(fake);
    await user.click(button('Parameters'));
    await user.type(await screen.findByRole('textbox', { name: 'Seed' }), '7');
    await user.keyboard('{Escape}');
    await pane.open(memo);
    await pane.fresh();
    expect(await screen.findByRole('button', { name: 'Parameters: 1 set' })).toBeTruthy();
    await user.type(field(), 'Hello{Enter}');
    await waitFor(() => expect(fake.did('respond')[0]).toMatchObject({ options: { policy: 'newest', parameters: { seed: 7 } } }));
    await waitFor(() => expect(pane.id).not.toBeNull());
    expect(await screen.findByRole('button', { name: 'Parameters: 1 set' })).toBeTruthy();
    await pane.fresh();
    expect(await screen.findByRole('button', { name: 'Parameters' })).toBeTruthy();
  });
});
