// How the window looks and speaks where the system has a say: theme, density, motion, the live region, toasts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { settings } from '../src/state/settings.svelte';
import { toasts } from '../src/state/toasts.svelte';
import { story } from './story';
import { button, field, open } from './window';

it('the theme of the system is followed, also when it changes', async () => {
  const listeners = new Set<() => void>();
  const system = { matches: false, media: '', addEventListener: (_: string, hear: () => void) => listeners.add(hear), removeEventListener() {} };
  vi.resetModules();
  vi.spyOn(window, 'matchMedia').mockReturnValue(system as unknown as MediaQueryList);
  const { settings: fresh } = await import('../src/state/settings.svelte');
  const fake = story();
  fake.settings.appearance.theme = 'system';
  fake.install();
  await fresh.load();
  expect(document.documentElement.dataset['theme']).toBe('light');
  system.matches = true;
  for (const hear of listeners) hear();
  expect(document.documentElement.dataset['theme']).toBe('dark');
  await fresh.appearance({ theme: 'light' });
  expect(document.documentElement.dataset['theme']).toBe('light');
});

it('compact lets lines and messages stand closer together', async () => {
  const fake = story();
  await open(fake);
  const height = () => Number.parseInt(document.querySelector<HTMLElement>('nav .line')?.style.height ?? '0', 10);
  const usual = height();
  await settings.appearance({ density: 'compact' });
  await waitFor(() => expect(height()).toBeLessThan(usual));
  expect(document.documentElement.dataset['density']).toBe('compact');
  const css = readFileSync(join(import.meta.dirname, '../src/tokens.css'), 'utf8');
  expect(css).toMatch(/\[data-density='compact'\]/);
  await settings.appearance({ density: 'comfortable' });
});

it('whoever wants less motion gets none', () => {
  const css = readFileSync(join(import.meta.dirname, '../src/tokens.css'), 'utf8');
  const less = /@media \(prefers-reduced-motion: reduce\) \{[\s\S]*?\n\}/.exec(css)?.[0] ?? '';
  for (const rule of ['animation: none !important', 'transition: none !important', 'scroll-behavior: auto !important', '*::before', '*::after']) expect(less).toContain(rule);
});

it('a reply is said aloud sentence by sentence while it arrives', async () => {
  const fake = story();
  const user = await open(fake, 'acme_tp_2026_11');
  const said = () => screen.getByTestId('announcer').textContent;
  await user.type(field(), 'Go on{Enter}');
  await waitFor(() => expect(said()).toContain('gpt-4.1'));
  fake.write('acme_tp_2026_11', 'One is done. Two is no');
  await waitFor(() => expect(said()).toBe('One is done.'));
  fake.write('acme_tp_2026_11', 't yet. Three');
  await waitFor(() => expect(said()).toBe('Two is not yet.'));
  fake.end('acme_tp_2026_11');
  await waitFor(() => expect(said()).toContain('Three'));
});

it('what was done is said within an open dialog, where it can be undone', async () => {
  const fake = story();
  const user = await open(fake);
  await user.click(button('Settings'));
  const undone = vi.fn();
  toasts.add('2 threads moved to the bin.', undone);
  const dialog = within(await screen.findByRole('dialog', { name: 'Settings' }));
  await user.click(await dialog.findByRole('button', { name: 'Undo' }));
  expect(undone).toHaveBeenCalledOnce();
});
