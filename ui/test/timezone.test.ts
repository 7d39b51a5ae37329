// Days are those of the calendar on the wall, west of Greenwich too.
import { waitFor } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { search } from '../src/state/search.svelte';
import { story } from './story';
import { button, open } from './window';

vi.hoisted(() => (process.env['TZ'] = 'America/New_York'));

it('the search since a day names that day', async () => {
  expect(new Date('2026-11-22T02:00:00Z').getDate()).toBe(21);
  await open(story());
  search.show('memo after:2026-11-22');
  await waitFor(() => expect(button(/^Since/).textContent).toMatch(/22/));
});
