// Setting an endpoint up: what is taken out of its form is taken out of the endpoint.
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { refusal } from './fake';
import { story } from './story';
import { button, open } from './window';

async function editing() {
  const fake = story();
  const user = await open(fake);
  await user.click(button('Settings'));
  const card = within(await screen.findByRole('region', { name: 'OpenAI' }));
  await user.click(card.getByRole('button', { name: 'Edit' }));
  return { fake, user, card };
}

it('a model and a context that are cleared are none', async () => {
  const { fake, user, card } = await editing();
  await user.clear(card.getByRole('combobox', { name: 'Model' }));
  await user.clear(card.getByRole('spinbutton', { name: /Context/ }));
  await user.click(card.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(fake.did('change_endpoint').at(-1)).toMatchObject({ id: 'ep_1', patch: { model: '', contextWindow: 0 } }));
});

it('a name that is taken is said beside the endpoint', async () => {
  const { fake, user, card } = await editing();
  fake.refuse.set('change_endpoint', refusal('invalid_request', { reason: 'endpoint_taken' }));
  await user.click(card.getByRole('button', { name: 'Save' }));
  expect((await card.findByRole('alert')).textContent).toContain('There is an endpoint of that name already.');
});
