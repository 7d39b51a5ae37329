// The panes beside the thread: drawn wider, put away, and kept as they were left.
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { settings } from '../src/state/settings.svelte';
import { story } from './story';
import { button, open } from './window';

const divider = () => screen.getByRole('separator', { name: 'Width of the thread list' });

it('a divider moves with the arrows, within its limits, and its place is kept', async () => {
  const fake = story();
  const user = await open(fake);
  divider().focus();
  await user.keyboard('{ArrowRight}{ArrowRight}');
  expect(divider().getAttribute('aria-valuenow')).toBe('300');
  expect(fake.settings.panes.sidebarWidth).toBe(300);
  await user.keyboard('{End}{ArrowRight}');
  expect(divider().getAttribute('aria-valuenow')).toBe('480');
  await user.keyboard('{Home}{ArrowLeft}');
  expect(divider().getAttribute('aria-valuenow')).toBe('208');
  await user.dblClick(divider());
  expect(fake.settings.panes.sidebarWidth).toBe(268);
});

it('the list is put away and brought back by key and by button', async () => {
  const fake = story();
  const user = await open(fake);
  await user.keyboard('{Control>}b{/Control}');
  await waitFor(() => expect(screen.queryByRole('navigation', { name: 'Threads' })).toBeNull());
  expect(fake.settings.panes.sidebarOpen).toBe(false);
  await user.click(button('Show threads'));
  await waitFor(() => expect(screen.getByRole('navigation', { name: 'Threads' })).toBeTruthy());
  divider().focus();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(fake.settings.panes.sidebarOpen).toBe(false));
  await user.keyboard('{Control>}f{/Control}');
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('searchbox')));
});

it('while it is drawn nothing is stored, and the place where it is let go is', async () => {
  const fake = story();
  await open(fake);
  const line = divider();
  const stored = fake.did('patch_settings').length;
  await fireEvent.pointerDown(line, { button: 0, clientX: 268, pointerId: 1 });
  await fireEvent.pointerMove(line, { clientX: 300, pointerId: 1 });
  await fireEvent.pointerMove(line, { clientX: 340, pointerId: 1 });
  expect(line.getAttribute('aria-valuenow')).toBe('340');
  expect(fake.did('patch_settings').length).toBe(stored);
  await fireEvent.pointerUp(line, { pointerId: 1 });
  expect(fake.settings.panes.sidebarWidth).toBe(340);
  expect(fake.did('patch_settings').length).toBe(stored + 1);
});

it('the text grows and shrinks by key, over a dialog too', async () => {
  const fake = story();
  const user = await open(fake);
  await user.keyboard('{Control>}+{/Control}');
  expect(document.documentElement.style.fontSize).toBe('110%');
  await user.keyboard('{Control>},{/Control}');
  await screen.findByRole('dialog', { name: 'Settings' });
  await user.keyboard('{Control>}-{/Control}{Control>}-{/Control}');
  expect(document.documentElement.style.fontSize).toBe('90%');
  await user.keyboard('{Control>}0{/Control}');
  expect(fake.settings.appearance.textSize).toBe(100);
  for (let i = 0; i < 12; i++) await user.keyboard('{Control>}={/Control}');
  expect(settings.scale).toBe(2);
});

it('a pane is made wider and narrower by whoever cannot draw', async () => {
  const fake = story();
  const user = await open(fake);
  const by = async (typed: string, words: string) => {
    await user.keyboard('{Control>}k{/Control}');
    await user.keyboard(typed);
    await user.click(await screen.findByRole('option', { name: new RegExp(words) }));
  };
  await by('list wider', 'Make the thread list wider');
  expect(fake.settings.panes.sidebarWidth).toBe(316);
  await by('list narrower', 'Make the thread list narrower');
  expect(fake.settings.panes.sidebarWidth).toBe(268);
});
