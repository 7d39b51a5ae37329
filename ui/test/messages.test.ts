// What can be done with a message: its menu by mouse and keyboard, quoting, folding, versions beside
// each other, asking aside, going to a day, paper.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { command } from '../src/commands';
import { composer } from '../src/state/composer.svelte';
import { find } from '../src/state/find.svelte';
import { pane } from '../src/state/pane.svelte';
import { temporary } from '../src/state/temporary.svelte';
import { words } from '../src/thread/selection';
import { Fake, refusal } from './fake';
import { article, articles, button, clean, field, open } from './window';

function talk() {
  const fake = new Fake();
  const kept = fake.add('t', 'A talk', null, 'open', 1);
  fake.say(kept, 'user', 'Where is the depot?');
  fake.say(kept, 'assistant', 'In **Basel**.\n\nIt opens at eight.');
  return { fake, kept };
}

const more = (text: string) => within(article(text)).getByRole('button', { name: 'More for this message' });
const choose = (name: string) => screen.getByRole('menuitem', { name });

describe('the menu of a message', () => {
  it('opens with the mouse, and with Enter on the message, and copies both ways', async () => {
    const { fake } = talk();
    const user = await open(fake, 't');
    await user.click(more('It opens at eight.'));
    await clean();
    await user.click(choose('Copy as plain text'));
    expect(fake.did('copy_message').at(-1)).toMatchObject({ plain: true });
    article('It opens at eight.').focus();
    await user.keyboard('{Enter}');
    await user.click(choose('Copy as Markdown'));
    expect(fake.did('copy_message').at(-1)).toMatchObject({ plain: false });
    await user.pointer({ keys: '[MouseRight]', target: article('Where is the depot?') });
    expect(screen.getAllByRole('menuitem').map((each) => each.textContent?.trim())).toEqual([
      'Copy as Markdown', 'Copy as plain text', 'Quote', 'Edit', 'Fork from here',
    ]);
  });

  it('quotes a message behind what is written already', async () => {
    const { fake } = talk();
    const user = await open(fake, 't');
    await user.type(field(), 'First this.');
    await user.click(more('It opens at eight.'));
    await user.click(choose('Quote'));
    await waitFor(() => expect(composer.text).toBe('First this.\n\n> In **Basel**.\n>\n> It opens at eight.\n\n'));
    expect(document.activeElement).toBe(field());
  });
});

describe('a long message', () => {
  const long = Array.from({ length: 300 }, (_, n) => `line ${n + 1}`).join('\n\n');

  it('shows its beginning, and all of it when asked, until the thread is left', async () => {
    const { fake, kept } = talk();
    fake.say(kept, 'user', long);
    const user = await open(fake, 't');
    expect(article('line 3').textContent).not.toContain('line 200');
    await clean();
    await user.click(button('Show all 599 lines'));
    await waitFor(() => expect(article('line 3').textContent).toContain('line 300'));
    await pane.refresh();
    expect(article('line 3').textContent).toContain('line 300');
    await user.click(button('Show less'));
    expect(article('line 3').textContent).not.toContain('line 200');
  });

  it('unfolds for whoever is led to it', async () => {
    const { fake, kept } = talk();
    fake.say(fake.add('other', 'Another', null, 'open', 2), 'user', 'Hello');
    const folded = fake.say(kept, 'assistant', `${'a line\n'.repeat(150)}the needle`);
    for (let n = 0; n < 3; n++) fake.say(kept, 'user', `after ${n}`);
    await open(fake);
    await pane.open('t', folded.id);
    await waitFor(() => expect(screen.getByText(/the needle/)).toBeTruthy());
    await pane.open('other');
    await pane.open('t');
    await waitFor(() => expect(screen.getByText('after 2')).toBeTruthy());
    expect(screen.queryByText(/the needle/)).toBeNull();
    find.show();
    await find.type('needle');
    await waitFor(() => expect(screen.getByText(/the needle/)).toBeTruthy());
  });

  it('that was seen arriving stays whole', async () => {
    const { fake } = talk();
    const user = await open(fake, 't');
    await user.type(field(), 'Go on{Enter}');
    await screen.findByTestId('streaming');
    fake.write('t', long);
    fake.end('t');
    await waitFor(() => expect(screen.queryByTestId('streaming')).toBeNull());
    expect(article('line 3').textContent).toContain('line 300');
  });
});

describe('versions', () => {
  it('stand beside each other, and one of them is put on show', async () => {
    const { fake, kept } = talk();
    const parent = kept.messages[0]?.id ?? null;
    fake.say(kept, 'assistant', 'In Muttenz.', { parent });
    const user = await open(fake, 't');
    await user.click(more('In Muttenz.'));
    await user.click(choose('Compare versions…'));
    const dialog = await screen.findByRole('dialog', { name: 'Compare versions' });
    await within(dialog).findByText('In Muttenz.');
    expect(dialog.textContent).toContain('In **Basel**.');
    await clean();
    await user.selectOptions(within(dialog).getByRole('combobox', { name: 'Second version' }), 'Version 1');
    await within(dialog).findByText('The two say the same.');
    await user.click(within(dialog).getAllByRole('button', { name: 'Show this one' })[0] as HTMLElement);
    await waitFor(() => expect(article('It opens at eight.')).toBeTruthy());
  });
});

describe('asking aside', () => {
  it('goes on from the reply beside the thread, and leads back to it', async () => {
    const { fake, kept } = talk();
    const user = await open(fake, 't');
    await user.click(more('It opens at eight.'));
    await user.click(choose('Ask aside…'));
    await screen.findByTestId('temporary');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Aside from “A talk”');
    expect(screen.getByRole('region', { name: 'The reply this is about' }).textContent).toContain('It opens at eight.');
    await clean();
    await user.type(field(), 'Really?{Enter}');
    await waitFor(() => expect(fake.did('respond_in_chain')).toHaveLength(1));
    expect(fake.did('respond_in_chain')[0]).toMatchObject({ previous: kept.messages[1]?.response?.id });
    await user.click(button('Back to “A talk”'));
    await waitFor(() => expect(pane.id).toBe('t'));
    expect(temporary.chat).toBeNull();
  });
});

describe('going through a thread', () => {
  it('from message to message by keyboard', async () => {
    const { fake } = talk();
    const user = await open(fake, 't');
    articles()[1]?.focus();
    await user.keyboard('k');
    await waitFor(() => expect(document.activeElement).toBe(articles()[0]));
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(document.activeElement).toBe(articles()[1]));
    await user.keyboard('{Home}');
    await waitFor(() => expect(document.activeElement).toBe(articles()[0]));
    await user.click(field());
    await user.keyboard('jk');
    expect(composer.text).toBe('jk');
  });

  it('to a day on which something was said', async () => {
    const { fake, kept } = talk();
    for (const day of ['2026-10-02', '2026-10-05']) fake.say(kept, 'user', `On ${day}`, { at: `${day}T12:00:00.000Z` });
    const user = await open(fake, 't');
    await command('thread.days')?.run();
    const dialog = await screen.findByRole('dialog', { name: 'Go to a date' });
    await within(dialog).findByText('October 2026');
    await clean();
    await user.click(within(dialog).getByRole('button', { name: /October 2|2 October/ }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('to the printer, whole', async () => {
    const { fake, kept } = talk();
    for (let n = 0; n < 250; n++) fake.say(kept, 'user', `Message number ${n}`);
    const user = await open(fake, 't');
    await user.keyboard('{Control>}p{/Control}');
    await waitFor(() => expect(fake.printed).toHaveLength(1));
    for (const text of ['Where is the depot?', 'Message number 0', 'Message number 249']) expect(fake.printed[0]).toContain(text);
    expect(screen.getByTestId('paper')).toBeTruthy();
    await fireEvent(window, new Event('afterprint'));
    expect(screen.queryByTestId('paper')).toBeNull();
  });

  it('to the printer only as long as nobody stops it', async () => {
    const { fake, kept } = talk();
    for (let n = 0; n < 250; n++) fake.say(kept, 'user', `Message number ${n}`);
    const user = await open(fake, 't');
    const pages: (() => void)[] = [];
    const views = fake.on_message_views.bind(fake);
    Object.assign(fake, { on_message_views: (args: Parameters<typeof views>[0]) => (args['whole'] === true ? new Promise((answer) => pages.push(() => answer(views(args)))) : views(args)) });
    await user.keyboard('{Control>}p{/Control}');
    const job = within(await screen.findByTestId('job'));
    await waitFor(() => expect(pages).toHaveLength(1));
    pages.shift()!();
    await job.findByText('100 of 252 done');
    await waitFor(() => expect(pages).toHaveLength(1));
    await user.click(job.getByRole('button', { name: 'Cancel' }));
    pages.shift()!();
    await waitFor(() => expect(screen.queryByTestId('job')).toBeNull());
    expect([pages.length, fake.printed.length, screen.queryByTestId('paper')]).toEqual([0, 0, null]);
    Object.assign(fake, { on_message_views: views });
    await user.keyboard('{Control>}p{/Control}');
    await waitFor(() => expect(fake.printed).toHaveLength(1));
    expect(fake.printed[0]).toContain('Message number 249');
  });

  it('to no printer, with nothing left behind', async () => {
    const { fake } = talk();
    const user = await open(fake, 't');
    fake.refuse.set('print_page', refusal('unexpected'));
    await user.keyboard('{Control>}p{/Control}');
    await screen.findByRole('alert');
    expect(screen.queryByTestId('paper')).toBeNull();
  });
});

it('selected words are read as they were meant', () => {
  const box = document.createElement('div');
  box.innerHTML =
    '<p dir="auto">so <span class="math" data-source="$x^2$"><math><msup><mi>x</mi><mn>2</mn></msup></math></span> is<br>next<sup class="note" data-note="1">1</sup></p>' +
    '<ul><li class="task"><label><input type="checkbox" checked disabled> done</label></li><li>open<ul><li>deep</li></ul></li></ul>' +
    '<ol start="3"><li><p>loose</p></li></ol><blockquote><p>said</p></blockquote>' +
    '<pre class="code"><div class="head"><span class="lang">sh</span><button data-copy>Copy</button></div><code>a\n  b</code></pre>' +
    '<div class="table"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table></div>';
  expect(words(box)).toBe('so $x^2$ is\nnext[1]\n\n- [x] done\n- open\n  - deep\n\n3. loose\n\n> said\n\na\n  b\n\na\tb\n1\t2');
});
