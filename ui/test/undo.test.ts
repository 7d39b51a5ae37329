// What is taken away comes back with Undo; what cannot come back is asked about first.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { dialogs } from '../src/state/dialogs.svelte';
import { refusal } from './fake';
import { story } from './story';
import { button, clean, open } from './window';

const memo = 'acme_tp_2026_11';
const undo = async () => (await screen.findByRole('button', { name: 'Undo' })).click();

describe('metadata', () => {
  it('that was removed comes back as it was', async () => {
    const fake = story();
    fake.change(memo, { metadata: { year: 2026, tags: ['a'] } });
    const user = await open(fake, memo);
    await user.click(button('Remove tags'));
    await screen.findByText('“tags” was removed from the metadata.');
    expect(fake.get(memo).thread.metadata).toEqual({ year: 2026 });
    await undo();
    await waitFor(() => expect(fake.get(memo).thread.metadata).toEqual({ year: 2026, tags: ['a'] }));
  });

  it('that was left out of the JSON comes back, all of it', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const before = fake.get(memo).thread.metadata;
    await user.click(button('As JSON'));
    const json = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Metadata as JSON' });
    await user.clear(json);
    await user.click(json);
    await user.paste('{"client": "Acme AG"}');
    await user.click(button('Save'));
    await screen.findByText('2 keys were removed from the metadata.');
    expect(fake.get(memo).thread.metadata).toEqual({ client: 'Acme AG' });
    await undo();
    await waitFor(() => expect(fake.get(memo).thread.metadata).toEqual({ ...before, client: 'Acme AG' }));
  });

  it('that cannot come back says so beside the thread', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.click(button('Remove priority'));
    await screen.findByText('“priority” was removed from the metadata.');
    fake.change(memo, { state: 'locked' });
    await undo();
    expect((await screen.findByRole('alert')).textContent).toContain('This thread is locked.');
  });
});

describe('a price', () => {
  it('that was removed comes back', async () => {
    const fake = story();
    const price = { endpoint: 'OpenAI', model: 'gpt-4.1', input: '2', output: '8', currency: 'USD' };
    fake.prices = [price];
    const user = await open(fake);
    dialogs.settings('endpoints', { priceOf: price });
    await user.click(await screen.findByRole('button', { name: 'Remove the price of gpt-4.1' }));
    await screen.findByText('The price of gpt-4.1 was removed.');
    expect(fake.prices).toEqual([]);
    await undo();
    await waitFor(() => expect(fake.prices).toEqual([price]));
  });
});

describe('a stored prompt', () => {
  it('that was changed is as it was before, the clients of others too', async () => {
    const fake = story();
    fake.prompt('Greeting', 'Hello there', []);
    fake.prompt('Letter', 'Dear all', ['Acme GmbH']);
    const user = await open(fake);
    dialogs.show({ kind: 'prompts', id: fake.prompts.find((each) => each.name === 'Greeting')?.id ?? null });
    const text = await screen.findByRole('textbox', { name: 'Text' });
    await user.clear(text);
    await user.type(text, 'Goodbye');
    await user.type(screen.getByRole('combobox', { name: 'New threads of these clients begin with it' }), 'Acme GmbH{Enter}');
    await user.click(button('Save'));
    await screen.findByText('“Greeting” was changed.');
    const kept = () => Object.fromEntries(fake.prompts.map(({ name, text, clients }) => [name, { text, clients }]));
    expect(kept()).toEqual({ Greeting: { text: 'Goodbye', clients: ['Acme GmbH'] }, Letter: { text: 'Dear all', clients: [] } });
    await undo();
    await waitFor(() => expect(kept()).toEqual({ Greeting: { text: 'Hello there', clients: [] }, Letter: { text: 'Dear all', clients: ['Acme GmbH'] } }));
  });
});

describe('an endpoint', () => {
  const card = async () => within(await screen.findByRole('region', { name: 'OpenAI' }));

  it('without a key goes at once, and comes back whole', async () => {
    const fake = story();
    Object.assign(fake.endpoint('ep_1'), { key: 'none', parameters: { temperature: 0.2 } });
    const { id: _, ...before } = { ...fake.endpoint('ep_1') };
    const user = await open(fake);
    dialogs.settings('endpoints');
    await user.click((await card()).getByRole('button', { name: 'Remove' }));
    await screen.findByText('OpenAI was removed.');
    expect(fake.endpoints.map((each) => each.name)).toEqual(['practice']);
    await undo();
    await waitFor(() => expect(fake.endpoints[1]).toMatchObject(before));
  });

  it('with a key goes only after it was said what is lost, and is not brought back by halves', async () => {
    const fake = story();
    const user = await open(fake);
    dialogs.settings('endpoints');
    await user.click((await card()).getByRole('button', { name: 'Remove…' }));
    expect(fake.did('remove_endpoint')).toEqual([]);
    await screen.findByText(/The key cannot be brought back/);
    await clean();
    await user.click(button('Remove endpoint and key'));
    await waitFor(() => expect(fake.endpoints.map((each) => each.name)).toEqual(['practice']));
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  it('loses its key only after it was said that this is for good', async () => {
    const fake = story();
    const user = await open(fake);
    dialogs.settings('endpoints', { keyFor: 'ep_1' });
    await user.click(await screen.findByRole('button', { name: 'Delete the key…' }));
    expect(fake.did('delete_key')).toEqual([]);
    await screen.findByText(/cannot be brought back/);
    await clean();
    await user.click(button('Cancel'));
    expect(fake.did('delete_key')).toEqual([]);
    await user.click(button('Delete the key…'));
    await user.click(button('Delete the key for good'));
    await waitFor(() => expect(fake.endpoint('ep_1').key).toBe('none'));
  });
});

it('an Undo that fails after its dialog was left is said all the same, and done again', async () => {
  const fake = story();
  const price = { endpoint: 'OpenAI', model: 'gpt-4.1', input: '2', output: '8', currency: 'USD' };
  fake.prices = [price];
  const user = await open(fake);
  dialogs.settings('endpoints', { priceOf: price });
  await user.click(await screen.findByRole('button', { name: 'Remove the price of gpt-4.1' }));
  await screen.findByText('The price of gpt-4.1 was removed.');
  dialogs.close();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  fake.refuse.set('set_price', refusal('storage_full'));
  await undo();
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The disk is full.');
  await clean();
  fake.refuse.clear();
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(fake.prices).toEqual([price]));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});
