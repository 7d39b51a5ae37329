// What a person does in the window, from a first start to a thread that nothing changes any more.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import { composer } from '../src/state/composer.svelte';
import { pane } from '../src/state/pane.svelte';
import { streams } from '../src/state/streams.svelte';
import { Fake, refusal } from './fake';
import { story } from './story';
import { article, articles, button, clean, field, open } from './window';

const memo = 'acme_tp_2026_11';

describe('a first start', () => {
  it('answers at once: the first message makes the thread, and the reply appears', async () => {
    const fake = new Fake();
    const user = await open(fake);
    expect(screen.getByTestId('first-start').textContent).toContain('no account');
    await user.type(field(), 'Hello there{Enter}');
    await waitFor(() => expect(article('Hello there')).toBeTruthy());
    const id = pane.id ?? '';
    expect(fake.did('respond')).toEqual([{ thread: null, text: 'Hello there' }]);
    fake.write(id, 'You have sent **one** message.\n\nIt said');
    await waitFor(() => expect(screen.getByTestId('streaming').textContent).toContain('You have sent one message.'));
    expect(field().value).toBe('');
    fake.end(id);
    await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
    expect(article('one').dataset['status']).toBe('completed');
    await clean();
  });

  it('says so when keys cannot be kept', async () => {
    const fake = new Fake();
    fake.keychain = 'missing';
    await open(fake);
    expect(screen.getByTestId('first-start').textContent).toContain('No keychain');
  });

  it('puts a new thread under the client that was set before', async () => {
    const fake = new Fake();
    const user = await open(fake);
    await user.click(button('Client'));
    await user.type(screen.getByRole('textbox', { name: 'Client' }), 'Acme GmbH{Enter}');
    await user.type(field(), 'Hello{Enter}');
    await waitFor(() => expect(fake.did('respond')[0]).toMatchObject({ metadata: { client: 'Acme GmbH' } }));
  });
});

describe('a reply that this window did not hear the beginning of', () => {
  it('is looked for once a burst, and once more for what came during the look', async () => {
    const fake = story();
    await open(fake, memo);
    const looks = () => fake.did('open_thread').length;
    const before = looks();
    for (let n = 0; n < 5; n++) streams.hear({ type: 'text', threadId: memo, responseId: 'resp_unheard', from: n, closed: [], tail: '', tokens: n });
    expect(looks()).toBe(before + 1);
    await waitFor(() => expect(looks()).toBe(before + 2));
  });
});

describe('writing', () => {
  it('breaks the line with Shift+Enter, and a key that composes never sends', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'one{Shift>}{Enter}{/Shift}two');
    expect(field().value).toBe('one\ntwo');
    await fireEvent.keyDown(field(), { key: 'Enter', isComposing: true });
    await fireEvent.keyDown(field(), { key: 'Enter', keyCode: 229 });
    expect(fake.did('respond')).toEqual([]);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(fake.did('respond')).toHaveLength(1));
  });

  it('turns Enter round when that is set', async () => {
    const fake = story();
    fake.settings.enterSends = false;
    const user = await open(fake, memo);
    await user.type(field(), 'one{Enter}two');
    expect(fake.did('respond')).toEqual([]);
    await user.keyboard('{Shift>}{Enter}{/Shift}');
    await waitFor(() => expect(fake.did('respond')[0]).toMatchObject({ text: 'one\ntwo' }));
  });

  it('keeps a draft for each thread', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'half a thought');
    await pane.open('thread_sd');
    expect(fake.get(memo).draft.text).toBe('half a thought');
    await tick();
    expect(field().value).toBe('');
    await user.type(field(), 'another');
    await waitFor(() => expect(fake.get('thread_sd').draft.text).toBe('another'));
    await pane.open(memo);
    await tick();
    expect(field().value).toBe('half a thought');
  });

  it('refuses 50 MB with words and changes nothing', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'before');
    const huge = 'x'.repeat(50 * 1024 * 1024);
    const paste = new Event('paste', { bubbles: true, cancelable: true });
    Object.assign(paste, { clipboardData: { getData: () => huge } });
    field().dispatchEvent(paste);
    await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('A message can hold 4 MiB'));
    expect(paste.defaultPrevented).toBe(true);
    expect(composer.text).toBe('before');
  });

  it('keeps the text when sending is refused, and says what to do', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('respond', refusal('endpoint_missing_key'));
    await user.type(field(), 'precious words{Enter}');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('This endpoint has no key. Your text is kept.');
    expect(field().value).toBe('precious words');
    await user.click(within(alert).getByRole('button', { name: 'Enter key' }));
    expect(screen.getByRole('dialog', { name: 'Settings' })).toBeTruthy();
    expect(screen.getByLabelText('Key for OpenAI')).toHaveProperty('type', 'password');
  });

  it('says before sending what the model will see, and what stays out', async () => {
    const fake = story({ long: true });
    fake.budget = 8000;
    await open(fake, memo);
    await waitFor(() => expect(screen.getByTestId('model-sees').textContent).toContain('9,743 older ones stay out'));
    expect(screen.getByRole('meter').getAttribute('aria-valuetext')).toBe('8,000 of 8,000 tokens');
  });
});

describe('a reply', () => {
  it('is stopped with Esc, marked, and gone on with', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'Go{Enter}');
    await screen.findByTestId('streaming');
    fake.write(memo, 'Half an answ');
    await waitFor(() => expect(screen.getByTestId('streaming').textContent).toContain('Half an answ'));
    expect(button('Stop')).toBeTruthy();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
    const stopped = article('Half an answ');
    expect(stopped.dataset['status']).toBe('cancelled');
    expect(within(stopped).getByTestId('message-end').textContent).toContain('Stopped.');
    await user.click(within(stopped).getByRole('button', { name: 'Continue' }));
    expect(fake.did('continue_reply')).toEqual([{ thread: memo, messageId: stopped.dataset['message'] }]);
    await clean();
  });

  it('that failed without a text leaves the message and offers to ask again', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'Anyone there?{Enter}');
    await screen.findByTestId('streaming');
    fake.end(memo, 'failed', refusal('endpoint_unreachable'));
    const failed = await screen.findByTestId('failed-reply');
    expect(failed.textContent).toContain('The endpoint cannot be reached');
    expect(button(/which failed the last time it was asked/)).toBeTruthy();
    expect(article('Anyone there?')).toBeTruthy();
    await user.click(within(failed).getByRole('button', { name: 'Try again' }));
    expect(fake.did('retry')[0]).toMatchObject({ thread: memo, messageId: article('Anyone there?').dataset['message'] });
  });

  it('that is asked for again leaves what followed with the version before, says so, and leads back', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const [, reply] = articles();
    await user.click(within(reply!).getByRole('button', { name: 'Retry' }));
    await screen.findByText('1 later message stays with version 1.');
    await waitFor(() => expect(screen.queryByText(/Good. Now turn/)).toBeNull());
    await user.click(button('Undo'));
    await waitFor(() => expect(article(/Good. Now turn/)).toBeTruthy());
  });

  it('that only thought shows what it had thought, folded', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'Go{Enter}');
    await screen.findByTestId('streaming');
    fake.think(memo, 'Hmm, three minutes of it.');
    fake.end(memo, 'failed', refusal('endpoint_timeout'));
    const failed = await screen.findByTestId('failed-reply');
    const thought = within(failed).getByText('Hmm, three minutes of it.').closest('details');
    expect(thought?.open).toBe(false);
    await clean();
  });

  it('that was asked for again in vain is asked for once more, not gone on with', async () => {
    const fake = story();
    const user = await open(fake, 'thread_sd');
    await user.click(within(article('648 g.')).getByRole('button', { name: 'Retry' }));
    await screen.findByTestId('streaming');
    fake.end('thread_sd', 'failed', refusal('endpoint_unreachable'));
    const failed = await screen.findByTestId('failed-reply');
    await waitFor(() => expect(article('648 g.')).toBeTruthy());
    await user.click(within(failed).getByRole('button', { name: 'Try again' }));
    const question = articles()[0]?.dataset['message'];
    expect(fake.did('retry').at(-1)).toMatchObject({ thread: 'thread_sd', messageId: question });
    expect(fake.did('continue_reply')).toEqual([]);
  });

  it('that was gone on with in vain is gone on with again', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'Go{Enter}');
    await screen.findByTestId('streaming');
    fake.write(memo, 'Half an answ');
    fake.end(memo, 'cancelled');
    await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
    const half = article('Half an answ');
    await user.click(within(half).getByRole('button', { name: 'Continue' }));
    await screen.findByTestId('streaming');
    fake.end(memo, 'failed', refusal('endpoint_unreachable'));
    const failed = await screen.findByTestId('failed-reply');
    await user.click(within(failed).getByRole('button', { name: 'Try again' }));
    const asked = { thread: memo, messageId: half.dataset['message'] };
    expect(fake.did('continue_reply')).toEqual([asked, asked]);
  });

  it('that failed is not asked for again where nothing can be written', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(field(), 'Anyone there?{Enter}');
    await screen.findByTestId('streaming');
    fake.end(memo, 'failed', refusal('endpoint_unreachable'));
    const failed = await screen.findByTestId('failed-reply');
    expect(within(failed).getAllByRole('button')).toHaveLength(1);
    const kept = fake.get(memo);
    kept.thread = { ...kept.thread, state: 'locked' };
    await pane.refresh();
    await waitFor(() => expect(within(failed).queryAllByRole('button')).toEqual([]));
    expect(failed.textContent).toContain('The endpoint cannot be reached');
  });

  it('can be asked for again, and both versions stay in reach', async () => {
    const fake = story();
    const user = await open(fake, 'thread_sd');
    await user.click(within(article('648 g.')).getByRole('button', { name: 'Retry' }));
    await screen.findByTestId('streaming');
    fake.write('thread_sd', 'About 650 g.');
    fake.end('thread_sd');
    await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
    const second = article('About 650 g.');
    expect(within(second).getByRole('group', { name: 'Versions' }).textContent).toContain('2 of 2');
    await user.click(within(second).getByRole('button', { name: 'Previous version' }));
    await waitFor(() => expect(article('648 g.')).toBeTruthy());
    expect(articles()).toHaveLength(2);
  });

  it('another process cut off is marked interrupted, with a word and a way on', async () => {
    await open(story(), 'thread_rt');
    const end = within(article('Muttenz, at about')).getByTestId('message-end');
    expect(end.textContent).toContain('Interrupted.');
    expect(within(end).getAllByRole('button').map((each) => each.textContent)).toEqual(['Continue', 'Retry']);
  });
});

describe('a message', () => {
  it('is edited and sent again in its own place', async () => {
    const fake = story();
    const user = await open(fake, 'thread_sd');
    await user.click(within(article(/900 g of flour/)).getByRole('button', { name: 'Edit' }));
    const edit = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'Edit the message' });
    await waitFor(() => expect(edit.value).toContain('900 g'));
    await user.clear(edit);
    await user.type(edit, 'And for 1 kg?');
    await user.click(button('Send again'));
    await waitFor(() => expect(fake.did('respond')[0]).toMatchObject({ thread: 'thread_sd', text: 'And for 1 kg?', replaces: expect.stringMatching(/^msg_/) }));
    await waitFor(() => expect(article('And for 1 kg?').textContent).toContain('2 of 2'));
  });

  it('is copied as it was written, and so is its code', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const reply = article('intercompany agreement');
    await user.click(within(reply).getByRole('button', { name: 'Copy' }));
    await user.click(within(reply).getByRole('button', { name: 'Copy code' }));
    await waitFor(() => expect(fake.copied).toHaveLength(2));
    expect(fake.copied[0]).toContain('**intercompany agreement**');
    expect(fake.copied[1]).toMatch(/^import statistics\n/);
  });

  it('opens a link only after its host was named and agreed to', async () => {
    const fake = story();
    const user = await open(fake, 'thread_q3');
    await user.click(screen.getByRole('link', { name: 'standard' }));
    const dialog = await screen.findByRole('dialog', { name: 'Open www.ifrs.org?' });
    expect(fake.links).toEqual([]);
    await clean();
    await user.click(within(dialog).getByRole('button', { name: 'Open in browser' }));
    expect(fake.links).toEqual(['https://www.ifrs.org/ifrs-16']);
  });

  it('is forked up to its place', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.click(within(article(/Draft the outline/)).getByRole('button', { name: 'Fork' }));
    await waitFor(() => expect(pane.id).toMatch(/^thread_\d/));
    expect(pane.length).toBe(1);
  });
});

describe('a thread', () => {
  it('of 10,000 messages opens at its end and draws only what is near', async () => {
    await open(story({ long: true }), memo);
    expect(pane.length).toBe(9983);
    expect(article(/turn the missing documents/)).toBeTruthy();
    expect(articles().length).toBeLessThan(40);
  });

  it('is locked: the composer gives way to a band, and nothing offers to change it', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.click(button('Lock'));
    const band = await screen.findByTestId('band');
    expect(band.textContent).toContain('read-only');
    expect(screen.queryByRole('textbox', { name: 'Write a message' })).toBeNull();
    for (const name of ['Edit', 'Retry', 'Set the client', 'Add']) expect(screen.queryByRole('button', { name })).toBeNull();
    await fireEvent.keyDown(window, { key: 'F2' });
    expect(screen.queryByRole('textbox', { name: 'Title' })).toBeNull();
    await clean();
    await user.click(within(band).getByRole('button', { name: 'Unlock' }));
    await waitFor(() => expect(field()).toBeTruthy());
  });

  it('is archived only after it was said that this is permanent', async () => {
    const fake = story();
    const user = await open(fake, 'thread_q3');
    await user.click(button('Archive…'));
    const dialog = await screen.findByRole('dialog', { name: /Archive “Q3 audit questions”/ });
    expect(dialog.textContent).toContain('This is permanent');
    expect(fake.did('set_state')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Archive for good' }));
    await waitFor(() => expect(screen.getByTestId('band').textContent).toContain('read-only for good'));
    await user.click(button('Fork to go on'));
    await waitFor(() => expect(pane.thread?.state).toBe('open'));
  });

  it('is deleted with Undo, and found in the bin', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.click(button('More actions'));
    await user.click(screen.getByRole('menuitem', { name: /^Delete/ }));
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(pane.id).toBe(memo));
    expect(fake.get(memo).thread.deletedAt).toBeNull();
    await user.click(button('More actions'));
    await user.click(screen.getByRole('menuitem', { name: /^Delete/ }));
    await waitFor(() => expect(pane.id).toBeNull());
    await user.click(button('Bin'));
    await user.click(await screen.findByRole('button', { name: 'Put back' }));
    await waitFor(() => expect(fake.get(memo).thread.deletedAt).toBeNull());
  });

  it('is renamed with F2, and its client changed in its chip', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.keyboard('{F2}');
    const title = await screen.findByRole('textbox', { name: 'Title' });
    await user.clear(title);
    await user.type(title, 'Transfer pricing{Enter}');
    await waitFor(() => expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Transfer pricing'));
    await user.click(button('Client: Acme GmbH'));
    const chip = await screen.findByRole('textbox', { name: 'Client' });
    await user.clear(chip);
    await user.type(chip, 'Acme AG{Enter}');
    await waitFor(() => expect(fake.did('change_metadata')).toEqual([{ id: memo, patch: { client: 'Acme AG' } }]));
  });

  it('has metadata that is added, changed and removed', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.type(screen.getByRole('textbox', { name: 'key' }), 'year');
    await user.type(screen.getByRole('textbox', { name: 'value' }), '2026{Enter}');
    await waitFor(() => expect(fake.get(memo).thread.metadata['year']).toBe(2026));
    await user.click(button('Remove priority'));
    await waitFor(() => expect(fake.get(memo).thread.metadata).not.toHaveProperty('priority'));
    const matter = screen.getByRole('textbox', { name: 'Value of matter' });
    await user.clear(matter);
    await user.type(matter, 'TP-1{Enter}');
    await waitFor(() => expect(fake.get(memo).thread.metadata['matter']).toBe('TP-1'));
  });

  it('has metadata as JSON, too: refused with its reason, measured, and kept', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const size = () => screen.getByText(/of 16 KB used/).textContent;
    expect(size()).toBe('63 bytes of 16 KB used');
    await user.click(button('As JSON'));
    const json = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Metadata as JSON' });
    expect(JSON.parse(json.value)).toEqual(fake.get(memo).thread.metadata);
    await fireEvent.input(json, { target: { value: '{"a": 1, "a": 2}' } });
    await user.click(button('Save'));
    expect((await screen.findByRole('alert')).textContent).toContain('The key “a” stands a second time in line 1, column 10');
    expect(json.value).toBe('{"a": 1, "a": 2}');
    const says = async (text: string, words: string) => {
      await fireEvent.input(json, { target: { value: text } });
      await user.click(button('Save'));
      await waitFor(() => expect(screen.getByRole('alert').textContent).toContain(words));
    };
    await says('{\n  "a": 1,\n}', 'From line 3, column 1 on, this is not JSON');
    await says('["a"]', 'a JSON object in which each key stands once');
    // Meanwhile somebody sets something else.
    fake.change(memo, { metadata: { ...fake.get(memo).thread.metadata, year: 2026 } });
    await fireEvent.input(json, { target: { value: '{"client": "Acme AG", "list": [1]}' } });
    expect(size()).toBe('31 bytes of 16 KB used');
    await clean();
    await user.click(button('Save'));
    await waitFor(() => expect(fake.get(memo).thread.metadata).toEqual({ client: 'Acme AG', list: [1], year: 2026 }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    expect(screen.getByTestId('metadata')).toBeTruthy();
  });

  it('keeps neither title nor metadata at the Enter that ends a composition', async () => {
    const fake = story();
    const user = await open(fake, memo);
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('{F2}');
    const title = await screen.findByRole('textbox', { name: 'Title' });
    await fireEvent.keyDown(title, { key: 'Enter', keyCode: 229 });
    expect(screen.getByRole('textbox', { name: 'Title' })).toBe(title);
    await user.keyboard('{Escape}');
    const matter = screen.getByRole<HTMLInputElement>('textbox', { name: 'Value of matter' });
    await user.clear(matter);
    await user.type(matter, 'half');
    await fireEvent.keyDown(matter, { key: 'Enter', keyCode: 229 });
    expect([document.activeElement === matter, fake.did('change_metadata'), fake.did('rename_thread')]).toEqual([true, [], []]);
  });

  it('in the bin since, or gone, says so where it would stand', async () => {
    const fake = story();
    await open(fake);
    fake.refuse.set('open_thread', refusal('thread_deleted'));
    await pane.open(memo);
    expect((await screen.findByRole('alert')).textContent).toContain('This thread is in the bin.');
  });
});

describe('the sidebar', () => {
  it('groups by client and filters by state', async () => {
    const user = await open(story());
    const list = screen.getByRole('region', { name: 'Thread list' });
    expect(within(list).getByText('Helvetia Logistics')).toBeTruthy();
    expect(within(list).getByRole('button', { name: /Q3 audit questions.*Locked/ })).toBeTruthy();
    await user.click(button('Archived'));
    await waitFor(() => expect(document.querySelectorAll('[data-row]')).toHaveLength(1));
    expect(document.querySelector('[data-row]')?.textContent).toContain('Onboarding workshop');
  });

  it('draws a few of 10,000 threads, and arrows walk over them', async () => {
    const user = await open(story({ many: true }));
    const rows = () => [...document.querySelectorAll<HTMLElement>('[data-row]')];
    await waitFor(() => expect(rows().length).toBeGreaterThan(3));
    expect(rows().length).toBeLessThan(60);
    rows()[0]?.focus();
    await user.keyboard('{ArrowDown}{ArrowDown}');
    await waitFor(() => expect(document.activeElement?.getAttribute('data-row')).toBe('2'));
  });

  it('finds words, marks them, and jumps to the message', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>}f{/Control}');
    await waitFor(() => expect(document.activeElement?.id).toBe('search'));
    await user.keyboard('benchmark{Enter}');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('searchbox', { name: 'Search all messages' })));
    const results = await screen.findByRole('region', { name: 'Search results' });
    expect(await within(results).findByRole('heading', { name: /Transfer pricing memo/ })).toBeTruthy();
    const hit = await within(results).findByRole('button', { name: /benchmark/ });
    expect(within(hit).getByText('benchmark').tagName).toBe('MARK');
    await clean();
    await user.click(hit);
    await waitFor(() => expect(pane.target?.position).toBe(2));
    expect(fake.did('open_thread').at(-1)).toMatchObject({ id: memo, around: hit.dataset['hit'] });
  });
});

describe('the settings', () => {
  it('take a key, test it, and never show it', async () => {
    const fake = new Fake();
    const user = await open(fake);
    await user.click(button('Add an endpoint'));
    await user.click(await screen.findByRole('button', { name: 'OpenAI' }));
    expect(screen.getByLabelText<HTMLInputElement>('Address').value).toBe('https://api.openai.com/v1');
    await user.type(screen.getByLabelText('Key'), 'sk-canary-123');
    await user.click(button('Add and test'));
    const card = await screen.findByRole('region', { name: 'OpenAI' });
    await waitFor(() => expect(within(card).getByTestId('endpoint-test').textContent).toContain('gpt-4.1 answers'));
    expect(fake.keys).toEqual(['sk-canary-123']);
    expect(document.documentElement.outerHTML).not.toContain('canary');
    expect([...document.querySelectorAll('input')].map((each) => each.value).join()).not.toContain('canary');
    expect(within(card).getByText('Key in the keychain')).toBeTruthy();
    await clean();
    await user.click(within(card).getByRole('button', { name: 'Make default' }));
    await waitFor(() => expect(within(card).getByText('Default')).toBeTruthy());
  });

  it('offer a model server that was found on this machine, and add it with one click', async () => {
    const fake = new Fake();
    const model = { id: 'llama3.2', object: 'model', endpoint: 'Ollama', contextWindow: 8192 };
    fake.found = [{ name: 'Ollama', protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:11434/v1', models: [model] }];
    const user = await open(fake);
    expect((await screen.findByTestId('found')).textContent).toContain('Found on this machine: Ollama');
    await clean();
    await user.click(button('Use Ollama'));
    await waitFor(() => expect(fake.endpoints.at(-1)).toMatchObject({ name: 'Ollama', model: 'llama3.2' }));
    expect(screen.queryByTestId('found')).toBeNull();
  });

  it('keep what only some endpoints want', async () => {
    const fake = new Fake();
    const user = await open(fake);
    await user.click(button('Add an endpoint'));
    await user.click(await screen.findByRole('button', { name: 'Freddy' }));
    await user.click(screen.getByText('Protocol and more'));
    expect(screen.getByLabelText<HTMLSelectElement>('Protocol').value).toBe('freddy');
    await user.selectOptions(screen.getByLabelText('Key goes as'), 'X-API-Key');
    await user.type(screen.getByLabelText('Organization'), 'org_7');
    await user.type(screen.getByLabelText('Proxy'), 'http://proxy.example.com:3128 ');
    const parameters = within(screen.getByRole('group', { name: 'Parameters' }));
    await user.type(parameters.getByLabelText('Temperature'), '0.2');
    const more = parameters.getByLabelText<HTMLTextAreaElement>('More, as a JSON object');
    await user.type(more, '{{"top_k": 40');
    expect(more.validity.customError).toBe(true);
    expect(parameters.getByRole('alert').textContent).toContain('Write a JSON object');
    await user.type(more, '}');
    expect(more.validity.customError).toBe(false);
    await clean();
    await user.click(button('Add and test'));
    await waitFor(() =>
      expect(fake.endpoints.at(-1)).toMatchObject({
        protocol: 'freddy',
        options: { authHeader: 'x-api-key', organizationId: 'org_7', firstTokenSeconds: null, proxy: 'http://proxy.example.com:3128' },
        parameters: { temperature: 0.2, top_k: 40 },
      }),
    );
    const card = within(await screen.findByRole('region', { name: 'Freddy' }));
    await user.click(card.getByRole('button', { name: 'Edit' }));
    expect(card.getByLabelText<HTMLInputElement>('Temperature').value).toBe('0.2');
    await user.clear(card.getByLabelText('Temperature'));
    await user.click(card.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(fake.endpoints.at(-1)?.parameters).toEqual({ top_k: 40 }));
  });

  it('say exactly what a test found wrong', async () => {
    const fake = story();
    fake.endpoints[1]!.key = 'none';
    const user = await open(fake);
    await user.click(button('Settings'));
    const card = await screen.findByRole('region', { name: 'OpenAI' });
    await user.click(within(card).getByRole('button', { name: 'Test' }));
    expect((await within(card).findByRole('alert')).textContent).toContain('This endpoint has no key.');
    expect(within(card).getByRole('button', { name: 'Enter key' })).toBeTruthy();
  });

  it('want plain HTTP to another machine confirmed', async () => {
    const user = await open(new Fake());
    await user.click(button('Add an endpoint'));
    await user.click(await screen.findByRole('button', { name: 'Another' }));
    expect(screen.queryByRole('checkbox')).toBeNull();
    await user.type(screen.getByLabelText('Address'), 'http://192.168.1.9:8080/v1');
    expect(screen.getByRole<HTMLInputElement>('checkbox').required).toBe(true);
  });

  it('change theme, size and language at once', async () => {
    const fake = story();
    const user = await open(fake);
    await user.click(button('Settings'));
    await user.click(await screen.findByRole('tab', { name: 'Appearance' }));
    await user.click(screen.getByRole('radio', { name: 'Dark' }));
    expect(document.documentElement.dataset['theme']).toBe('dark');
    await clean();
    await user.selectOptions(screen.getByLabelText('Language'), 'de');
    expect(await screen.findByRole('dialog', { name: 'Einstellungen' })).toBeTruthy();
    expect(document.documentElement.lang).toBe('de');
    expect(fake.settings.appearance).toMatchObject({ theme: 'dark', language: 'de' });
  });
});

it('a store that can only be read says so', async () => {
  const fake = story();
  fake.readOnly = true;
  await open(fake);
  expect(await screen.findByText(/This store can only be read/)).toBeTruthy();
});
