// The table of commands: what keys mean, and that everything made from it holds together.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { command, commands, hint } from '../src/commands';
import { applies } from '../src/commands/command';
import { accelerator, inWords, matches, type Shortcut } from '../src/commands/shortcut';
import { pane } from '../src/state/pane.svelte';
import { search } from '../src/state/search.svelte';
import { open } from './window';
import { story } from './story';

const press = (key: string, held: { ctrl?: boolean; shift?: boolean; alt?: boolean } = {}) =>
  new KeyboardEvent('keydown', { key, ctrlKey: held.ctrl ?? false, shiftKey: held.shift ?? false, altKey: held.alt ?? false });

describe('shortcuts', () => {
  it('are what their keys are, and nothing else', () => {
    const letter: Shortcut = { key: 'n', command: true };
    expect(matches(press('n', { ctrl: true }), letter)).toBe(true);
    expect(matches(press('N', { ctrl: true }), letter)).toBe(true);
    for (const other of [press('n'), press('N', { ctrl: true, shift: true }), press('n', { ctrl: true, alt: true }), press('m', { ctrl: true })]) {
      expect(matches(other, letter)).toBe(false);
    }
  });

  it('take a sign as it comes from any keyboard', () => {
    const larger: Shortcut = { key: '+', command: true };
    for (const event of [press('+', { ctrl: true }), press('+', { ctrl: true, shift: true }), press('=', { ctrl: true })]) {
      expect(matches(event, larger)).toBe(true);
    }
    expect(matches(press('?', { shift: true }), { key: '?' })).toBe(true);
  });

  it('are written as the keys are named', () => {
    expect(inWords({ key: 'n', command: true, shift: true })).toBe('Ctrl+Shift+N');
    expect(inWords({ key: 'ArrowUp', command: true })).toBe('Ctrl+↑');
    expect(inWords({ key: 'Escape' })).toBe('Esc');
  });
});

it('a menu of the system takes no letter from whoever types it', () => {
  expect(accelerator({ key: 'n', command: true, shift: true })).toBe('CmdOrCtrl+Shift+N');
  expect(accelerator({ key: 'F2' })).toBe('F2');
  for (const key of ['j', '?', 'Escape']) expect(accelerator({ key })).toBeNull();
});

it('a thread that the search hides is not acted on', async () => {
  await open(story());
  await pane.open('acme_tp_2026_11');
  const act = command('thread.copyId')!;
  expect(applies(act)).toBe(true);
  search.show('margin');
  expect(commands.filter((each) => ['thread', 'message', 'composer'].includes(each.group) && applies(each))).toEqual([]);
  search.leave();
  expect(applies(act)).toBe(true);
});

describe('the table', () => {
  it('names each command once', () => {
    const ids = commands.map((each) => each.id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it('has two commands on one key only where both say when they apply', () => {
    const keys = new Map<string, string[]>();
    for (const each of commands) if (each.shortcut) keys.set(JSON.stringify(each.shortcut), [...(keys.get(JSON.stringify(each.shortcut)) ?? []), each.id]);
    for (const ids of keys.values()) if (ids.length > 1) expect([ids, ids.slice(0, -1).every((id) => command(id)?.when)]).toEqual([ids, true]);
  });

  it('has every command that a button hints at', () => {
    const root = join(import.meta.dirname, '../src');
    const sources = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.name.endsWith('.svelte'));
    const hinted = sources.flatMap((each) => [...readFileSync(join(each.parentPath, each.name), 'utf8').matchAll(/hint\('([\w.]+)'\)/g)].map((match) => match[1] ?? ''));
    expect(hinted.length).toBeGreaterThan(3);
    for (const id of hinted) expect([id, command(id)?.id]).toEqual([id, id]);
    expect(hint('list.new')).toBe('New thread (Ctrl+N)');
  });
});

it('the sheet shows every key there is', async () => {
  const user = await open(story());
  (document.activeElement as HTMLElement).blur();
  await user.keyboard('?');
  const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const each of commands.filter((each) => each.shortcut)) expect(within(sheet).getAllByText(hint(each.id).split(' (')[0] ?? '').length).toBeGreaterThan(0);
});
