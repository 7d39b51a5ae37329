// Settings: only what was changed is stored, what is set elsewhere is seen, and what is refused is not shown as set.
import { emit } from '@tauri-apps/api/event';
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { settings } from '../src/state/settings.svelte';
import { refusal } from './fake';
import { story } from './story';
import { open } from './window';

it('a change in the window leaves what a terminal set', async () => {
  const fake = story();
  await open(fake);
  fake.settings = { ...fake.settings, retention: { mode: 'automatic', inactivityDays: 30, ageDays: 40 } };
  await settings.change({ recentCommands: ['list.new'] });
  expect(fake.did('patch_settings').at(-1)).toEqual({ patch: { recentCommands: ['list.new'] } });
  expect(fake.settings.retention).toEqual({ mode: 'automatic', inactivityDays: 30, ageDays: 40 });
  expect(settings.all.retention.mode).toBe('automatic');
});

it('what is set elsewhere is seen once the store has changed', async () => {
  const fake = story();
  await open(fake);
  fake.settings = { ...fake.settings, appearance: { ...fake.settings.appearance, theme: 'dark' } };
  await emit('changed');
  await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
});

it('a change that is refused is taken back, said in the window, and can be tried again', async () => {
  const fake = story();
  const user = await open(fake);
  fake.refuse.set('patch_settings', refusal('storage_full'));
  await user.keyboard('{Control>}+{/Control}');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The disk is full.');
  expect(alert.closest('main')).not.toBeNull();
  expect(document.documentElement.style.fontSize).toBe('100%');
  fake.refuse.clear();
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(fake.settings.appearance.textSize).toBe(110));
  expect(screen.queryByRole('alert')).toBeNull();
});

it('nothing is stored over settings that could not be read', async () => {
  const fake = story();
  fake.settings.retention = { mode: 'automatic', inactivityDays: 30, ageDays: 40 };
  fake.refuse.set('get_settings', refusal('storage_error'));
  vi.resetModules();
  const { settings: fresh } = await import('../src/state/settings.svelte');
  fake.install();
  await fresh.load();
  expect(await fresh.change({ notify: false })).toBe(false);
  expect(fake.did('patch_settings')).toEqual([]);
  expect(fresh.all.notify).toBe(true);
  fake.refuse.clear();
  expect(await fresh.change({ notify: false })).toBe(true);
  expect(fake.settings.retention.inactivityDays).toBe(30);
  expect(fresh.all.retention.mode).toBe('automatic');
});
