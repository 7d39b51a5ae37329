// The command palette: what it lists for what is typed, and that the keyboard alone does it all.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands';
import { match } from '../src/commands/match';
import { ranked } from '../src/commands/ranking';
import { pane } from '../src/state/pane.svelte';
import { fold, titled } from '../src/state/titles';
import { story } from './story';
import { clean, open } from './window';

const row = (id: string, title: string) =>
  titled({ id, title, state: 'open', group: null, lastActivityAt: '2026-11-22T10:00:00Z', pinned: false, running: false, deletedAt: null, seal: null, sealCheckedAt: null });

describe('a match', () => {
  it('is found by the start, by a word, by initials and by letters close together', () => {
    const score = (query: string, words: string) => match(fold(query), fold(words))?.score ?? null;
    expect(score('tr', 'Transfer pricing')).toBeGreaterThan(score('pr', 'Transfer pricing') ?? 0);
    expect(score('pr', 'Transfer pricing')).toBeGreaterThan(score('fer', 'Transfer pricing') ?? 0);
    expect(score('nt', 'New thread')).toBeGreaterThan(0);
    expect(score('trfr', 'Transfer pricing')).toBeGreaterThan(0);
    expect(score('uber', 'Über das Übersetzen')).toBeGreaterThan(0);
    expect(score('pricing transfer', 'Transfer pricing')).toBeGreaterThan(0);
    expect(score('xyz', 'Transfer pricing')).toBeNull();
  });

  it('says which letters were typed, in the words as they are shown', () => {
    expect(match(fold('pri'), fold('Transfer pricing'))?.letters).toEqual([9, 10, 11]);
    expect(fold('İstanbul Ångström')).toHaveLength('İstanbul Ångström'.toLowerCase().length);
  });
});

describe('the list', () => {
  const threads = [row('a', 'Transfer pricing memo'), row('b', 'Lockport visit')];
  const named = (query: string, recent: string[] = []) => ranked(query, commands, threads, recent).map((each) => each.words);

  it('begins with what was used last, then the threads of late, then everything that applies', () => {
    const list = named('', ['window.shortcuts']);
    expect(list.slice(0, 3)).toEqual(['Keyboard shortcuts', 'Transfer pricing memo', 'Lockport visit']);
    expect(list).toContain('New thread');
    expect(list).not.toContain('Lock');
  });

  it('puts what fits best first, and the search for the same words last', () => {
    expect(named('pricing')).toEqual(['Transfer pricing memo', 'Search every message for “pricing”']);
    expect(named('zzzz')).toEqual(['Search every message for “zzzz”']);
  });

  it('prefers what was used lately among what fits alike', () => {
    expect(named('text')[0]).not.toBe('Usual text size');
    expect(named('text', ['window.larger'])[0]).toBe('Larger text');
  });

  it('has every page of the settings', () => {
    for (const page of ['Endpoints', 'Appearance', 'Retention', 'Backup', 'Local API', 'Security', 'About']) expect(named(page)).toContain(page);
  });
});

it('by the keyboard alone a thread is found and opened', async () => {
  const fake = story();
  const user = await open(fake);
  await user.keyboard('{Control>}k{/Control}');
  const dialog = await screen.findByRole('dialog', { name: 'Command palette' });
  const box = within(dialog).getByRole('combobox', { name: 'Command palette' });
  expect(document.activeElement).toBe(box);
  await waitFor(() => expect(within(dialog).getByRole('option', { name: /Transfer pricing memo/ })).toBeTruthy());
  await clean();
  await user.keyboard('transf');
  const first = within(dialog).getAllByRole('option')[0];
  expect(first?.textContent).toContain('Transfer pricing memo');
  expect(box.getAttribute('aria-activedescendant')).toBe(first?.id);
  expect(within(dialog).getByRole('status').textContent).toMatch(/^\d+ found$/);
  await user.keyboard('{Enter}');
  await waitFor(() => expect(pane.thread?.title).toBe('Transfer pricing memo'));
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('a command is done, remembered as used, and comes first the next time', async () => {
  const fake = story();
  const user = await open(fake);
  await user.keyboard('{Control>}k{/Control}dark th{Enter}');
  await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
  expect(fake.settings.recentCommands).toEqual(['window.dark']);
  await user.keyboard('{Control>}k{/Control}light th{Enter}');
  await waitFor(() => expect(fake.settings.recentCommands).toEqual(['window.light', 'window.dark']));
  await user.keyboard('{Control>}k{/Control}');
  expect((await screen.findAllByRole('option'))[0]?.textContent).toContain('Dark theme');
});

it('arrows walk around the list, Esc leaves it, and the focus goes back', async () => {
  const user = await open(story());
  const before = document.activeElement;
  await user.keyboard('{Control>}k{/Control}');
  const options = await screen.findAllByRole('option');
  await user.keyboard('{ArrowUp}');
  expect(options.at(-1)?.getAttribute('aria-selected')).toBe('true');
  await user.keyboard('{ArrowDown}');
  expect(options[0]?.getAttribute('aria-selected')).toBe('true');
  await user.keyboard('{Control>}k{/Control}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(document.activeElement).toBe(before);
});

it('what no thread and no command is called goes on to the search', async () => {
  const user = await open(story());
  await user.keyboard('{Control>}k{/Control}benchmark');
  expect(await screen.findByText('Nothing has that name.')).toBeTruthy();
  await user.keyboard('{Enter}');
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search all messages' }).value).toBe('benchmark'));
});
