// What the model saw, what it used, and what that cost, in the window.
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { readAmount, readCurrency } from '../src/settings/prices';
import { dialogs } from '../src/state/dialogs.svelte';
import { pane } from '../src/state/pane.svelte';
import { words } from '../src/state/words.svelte';
import { refusal } from './fake';
import { story } from './story';
import { article, button, clean, open } from './window';

const memo = 'acme_tp_2026_11';
const saw = () => screen.findByTestId('model-saw');
const used = () => screen.getByTestId('usage');
/** What stands beside a term of the list of usage. */
const beside = (term: string) => [...used().querySelectorAll('dt')].find((dt) => dt.textContent === term)?.nextElementSibling?.textContent ?? '';

it('the inspector says what the model saw for the last reply', async () => {
  const fake = story();
  const kept = fake.get(memo);
  const reply = kept.messages[1]!.response!;
  fake.receipts.set(reply.id, {
    messages: { sent: 31, leftOut: 21, leftOutBecause: 'budget', policy: 'newest', tip: null, oldest: kept.messages[0]!.id, systems: 1, idsSha256: '', unsaved: null },
    parameters: { temperature: 0.2, stop: ['END'] },
    attempts: 2,
  });
  const user = await open(fake, memo);
  const told = (await saw()).textContent ?? '';
  for (const words of ['The newest 31 messages were sent. 21 older ones stayed out', '1 of them is a system message', 'gpt-4.1-2025-04-14', 'https://api.openai.com', 'temperature 0.2', 'stop ["END"]', '880 of 126,000 tokens', 'connected+ 84 ms', 'last byte+ 4.2 s', '2 attempts', 'req_7f3ac2', 'sha256 9f3a'])
    expect(told).toContain(words);
  await clean();
  await user.click(button('Copy the hash of the body'));
  await waitFor(() => expect(fake.copied).toEqual(['9f3a61c077be04d1'.repeat(4)]));
  await user.click(button('Go to the first one'));
  await waitFor(() => expect(pane.target?.messageId).toBe(kept.messages[0]!.id));
});

it('while a reply runs nobody says that nothing was sent', async () => {
  const fake = story();
  const user = await open(fake, 'acme_tp_2026_11');
  const last = fake.get('acme_tp_2026_11').messages.findLast((each) => each.response !== null)?.response?.id ?? '';
  const get = fake.on_get_receipt.bind(fake);
  fake.on_get_receipt = ({ id }) => ({ ...get({ id: last }), response: String(id), bodySha256: null });
  await user.type(screen.getByRole('textbox', { name: 'Write a message' }), 'And now{Enter}');
  await screen.findByTestId('streaming');
  await waitFor(() => expect(fake.did('get_receipt').length).toBeGreaterThan(1));
  await waitFor(() => expect(screen.getByTestId('model-saw')).toBeTruthy());
  expect(screen.getByTestId('model-saw').textContent).not.toContain('Nothing was sent');
});

it('another reply is chosen at the message, and the last one is a click away', async () => {
  const fake = story();
  const kept = fake.get(memo);
  fake.say(kept, 'assistant', 'A second reply.');
  const first = kept.messages[1]!.response!;
  fake.receipts.set(first.id, { requestId: 'req_first' });
  const user = await open(fake, memo);
  await user.click(button('Details'));
  expect(screen.queryByRole('heading', { name: 'What the model saw' })).toBeNull();
  await user.click(within(article(/one-page outline/)).getByRole('button', { name: 'Receipt' }));
  expect((await saw()).textContent).toContain('req_first');
  expect(screen.getByRole('heading', { name: 'What the model saw' })).toBe(document.activeElement);
  await user.click(button('Show the last one'));
  await waitFor(() => expect(screen.getByTestId('model-saw').textContent).toContain('req_7f3ac2'));
  expect(screen.queryByRole('button', { name: 'Show the last one' })).toBeNull();
});

it('the request is shown a page at a time, copied and saved whole', async () => {
  const fake = story();
  fake.request = `{"messages": "${'x'.repeat(2400)}"}`;
  const user = await open(fake, memo);
  await saw();
  await user.click(button('Show the request'));
  const dialog = await screen.findByRole('dialog', { name: 'The request that was sent' });
  expect((await within(dialog).findByTestId('request-exact')).textContent).toContain('Exactly what was sent, 2.4 KiB.');
  expect(within(dialog).getByRole('region', { name: 'Text of the request' }).textContent).toHaveLength(1000);
  expect(dialog.textContent).toContain('Page 1 of 3');
  await user.click(within(dialog).getByRole('button', { name: 'Next page' }));
  await waitFor(() => expect(dialog.textContent).toContain('Page 2 of 3'));
  await clean();
  await user.click(within(dialog).getByRole('button', { name: 'Copy all' }));
  await waitFor(() => expect(dialog.querySelector('.done')?.textContent).toBe('Copied.'));
  expect(fake.copied).toEqual([fake.request]);
  await user.click(within(dialog).getByRole('button', { name: 'Save…' }));
  await waitFor(() => expect(dialog.querySelector('.done')?.textContent).toMatch(/^Saved: \/home\/anna\/resp_/));
  fake.refuse.set('save_request', refusal('storage_full'));
  await user.click(within(dialog).getByRole('button', { name: 'Save…' }));
  await waitFor(() => expect(within(dialog).getByRole('alert').dataset['code']).toBe('storage_full'));
});

it('a request that is not what was sent says so, and where nothing was sent there is none', async () => {
  const fake = story();
  fake.exact = false;
  const kept = fake.get(memo);
  const user = await open(fake, memo);
  await saw();
  await user.click(button('Show the request'));
  expect((await screen.findByTestId('request-exact')).textContent).toContain('not byte for byte what was sent');
  dialogs.close();
  fake.receipts.set(kept.messages[1]!.response!.id, { bodySha256: null, bodyBytes: null, protocol: 'practice', requestId: null });
  await pane.open('thread_sd');
  await pane.open(memo);
  await waitFor(() => expect(screen.getByTestId('model-saw').textContent).toContain('Nothing left this machine.'));
  expect(screen.queryByRole('button', { name: 'Show the request' })).toBeNull();
});

it('a price that is unknown leads to where it is entered, and then every cost is known', async () => {
  const fake = story();
  const user = await open(fake, memo);
  await saw();
  await waitFor(() => expect(beside('This reply')).toMatch(/900 in, \d+ out\s+price unknown/));
  await user.click(within(used()).getAllByRole('button', { name: 'price unknown' })[0]!);
  const form = await screen.findByRole('form', { name: 'Add a price' });
  const [model, sent, received, currency] = ['Model', 'A million sent', 'A million received', 'Currency'].map((name) => within(form).getByRole<HTMLInputElement>(name === 'Model' ? 'combobox' : 'textbox', { name }));
  expect([model!.value, currency!.value, document.activeElement]).toEqual(['gpt-4.1', 'USD', sent]);
  await user.type(sent!, 'two');
  await user.clear(currency!);
  await user.type(currency!, 'x');
  await user.click(within(form).getByRole('button', { name: 'Save' }));
  expect(form.textContent).toContain('Write a number such as 2.50');
  expect(form.textContent).toContain('Write three letters');
  expect(sent!.getAttribute('aria-invalid')).toBe('true');
  expect(document.getElementById(sent!.getAttribute('aria-describedby') ?? '')?.textContent).toContain('2.50');
  expect(document.activeElement).toBe(sent);
  expect(fake.prices).toEqual([]);
  await clean();
  await user.clear(sent!);
  await user.type(sent!, '2,5');
  await user.type(received!, '10');
  await user.clear(currency!);
  await user.type(currency!, 'chf{Enter}');
  await waitFor(() => expect(fake.prices).toEqual([{ endpoint: 'OpenAI', model: 'gpt-4.1', input: '2.5', output: '10', currency: 'CHF' }]));
  await waitFor(() => expect(screen.getByTestId('prices').textContent).toContain('CHF\u00a02.50 sent, CHF\u00a010.00 received'));
  dialogs.close();
  await waitFor(() => expect(beside('This reply')).toContain('CHF\u00a00.00'));
  expect(article(/one-page outline/).querySelector('.tokens')?.textContent).toMatch(/tokens · CHF/);
  expect([beside('Acme GmbH'), beside('This month')].map((each) => each.includes('unknown'))).toEqual([false, false]);
  expect(used().textContent).not.toContain('price unknown');
});

it('a price is changed and removed, and a refusal stands beside it', async () => {
  const fake = story();
  fake.prices = [{ endpoint: 'OpenAI', model: 'gpt-4.1', input: '2.5', output: '10', currency: 'USD' }];
  const user = await open(fake, memo);
  dialogs.settings('endpoints', { priceOf: { endpoint: 'OpenAI', model: 'other' } });
  const prices = await screen.findByTestId('prices');
  await user.click(await within(prices).findByRole('button', { name: 'Change the price of gpt-4.1' }));
  const form = within(prices).getByRole('form', { name: 'Change the price' });
  const sent = within(form).getByRole<HTMLInputElement>('textbox', { name: 'A million sent' });
  expect(sent.value).toBe('2.5');
  await user.clear(sent);
  await user.type(sent, '3');
  fake.refuse.set('set_price', refusal('store_read_only'));
  await user.click(within(form).getByRole('button', { name: 'Save' }));
  expect((await within(prices).findByRole('alert')).dataset['code']).toBe('store_read_only');
  fake.refuse.clear();
  await user.click(within(form).getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(prices.textContent).toContain('$3.00 sent'));
  await user.click(within(prices).getByRole('button', { name: 'Remove the price of gpt-4.1' }));
  await waitFor(() => expect(fake.prices).toEqual([]));
  expect(within(prices).queryByRole('listitem')).toBeNull();
});

it('the settings sum usage by month, client and model, and lead from a model to its price', async () => {
  const fake = story();
  fake.now = Date.parse('2026-11-22T14:06:00.000Z');
  const silent = fake.say(fake.get('thread_sd'), 'assistant', 'Untold.');
  silent.response = { ...silent.response!, usage: null };
  const user = await open(fake, memo);
  dialogs.settings('usage');
  const table = await screen.findByTestId('usage-table');
  const lines = () => [...table.querySelectorAll('tbody tr, tfoot tr')].map((row) => [...row.children].map((cell) => cell.textContent?.replace(/\s+/g, ' ').trim()));
  await waitFor(() => expect(lines().length).toBeGreaterThan(1));
  expect(lines().at(-1)?.[0]).toBe('All together');
  expect(lines().at(-1)?.[1]).toContain('1 without a count');
  await user.click(screen.getByRole('radio', { name: 'By client' }));
  await waitFor(() => expect(lines().map((line) => line[0])).toContain('Acme GmbH'));
  expect(lines().map((line) => line[0])).toContain('No client');
  expect(screen.getByRole('combobox', { name: 'Time' }).textContent).toContain('November 2026');
  await clean();
  await user.click(screen.getByRole('radio', { name: 'By model' }));
  await waitFor(() => expect(lines()[0]?.[0]).toBe('OpenAI/gpt-4.1'));
  await user.click(within(table).getAllByRole('button', { name: 'price unknown' })[0]!);
  const form = await screen.findByRole('form', { name: 'Add a price' });
  expect(within(form).getByRole<HTMLInputElement>('combobox', { name: 'Model' }).value).toBe('gpt-4.1');
});

it('prices are read as people type them', () => {
  expect(['2.5', ' 10 ', '0,25', '', '-1', '1e3', '1.2345678', '1234567', '.5'].map(readAmount)).toEqual(['2.5', '10', '0.25', null, null, null, null, null, null]);
  expect(['usd', ' CHF ', 'Dollar', '', 'U1D'].map(readCurrency)).toEqual(['USD', 'CHF', null, null, null]);
});

it('money shows more places where it is little, and time its unit', () => {
  expect(['12.3456', '0.2144', '0.002656', '0.0000014', '0'].map((amount) => words.money({ amount, currency: 'USD' }).replace('US', ''))).toEqual(['$12.35', '$0.21', '$0.0027', '$0.000001', '$0.00']);
  expect([words.span(84), words.span(4210), words.monthName('2026-11')]).toEqual(['84 ms', '4.2 s', 'November 2026']);
});
