// The inspector lists the messages that have versions, and leads to them side by side.
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { Fake } from './fake';
import { clean, open } from './window';

function told() {
  const fake = new Fake();
  const kept = fake.add('t', 'Depots', null, 'open', 1);
  const first = fake.say(kept, 'user', 'Where is the depot?');
  fake.say(kept, 'assistant', 'In Basel.');
  kept.tip = first.id;
  fake.say(kept, 'assistant', 'In Muttenz.');
  return { fake, kept };
}

it('a message with versions is listed with how many and when, and opens them side by side', async () => {
  const { fake } = told();
  const user = await open(fake, 't');
  const list = await screen.findByTestId('versions');
  const [only, ...others] = within(list).getAllByRole('button');
  expect(others).toEqual([]);
  expect(only?.textContent).toMatch(/Model, message 2\s*2 versions/);
  expect(only?.querySelector('time')).not.toBeNull();
  await clean();
  await user.click(only!);
  const dialog = await screen.findByRole('dialog', { name: 'Compare versions' });
  await within(dialog).findByText('In Basel.');
  await within(dialog).findByText('In Muttenz.');
});

it('it is there once there is a second version, and says what was not looked at', async () => {
  const fake = new Fake();
  const kept = fake.add('t', 'Depots', null, 'open', 1);
  for (let n = 0; n < 300; n++) fake.say(kept, 'user', `Message ${n}`);
  const last = fake.say(kept, 'assistant', 'In Basel.');
  const user = await open(fake, 't');
  expect(screen.queryByTestId('versions')).toBeNull();
  kept.tip = last.parent;
  fake.say(kept, 'assistant', 'In Muttenz.');
  await user.click(screen.getByRole('button', { name: 'Lock' }));
  const list = await screen.findByTestId('versions');
  expect(within(list).getAllByRole('button')).toHaveLength(1);
  await waitFor(() => expect(screen.getByText(/^Of the \d+ messages loaded so far; the thread has 301\.$/)).toBeTruthy());
});
