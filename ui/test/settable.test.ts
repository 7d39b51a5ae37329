// The palette does what can be set and done: every field of the settings has a command, and each
// command of a setting sets it.
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { command, commands } from '../src/commands';
import { applies } from '../src/commands/command';
import type { Settings } from '../src/generated/Settings';
import { remove } from '../src/state/actions';
import { composer } from '../src/state/composer.svelte';
import { selection } from '../src/state/selection.svelte';
import { settings } from '../src/state/settings.svelte';
import { sidebar } from '../src/state/sidebar.svelte';
import { story } from './story';
import { open } from './window';

type Nested = 'appearance' | 'panes' | 'retention' | 'api';
type Field = Exclude<keyof Settings, Nested> | { [Group in Nested]: `${Group}.${keyof Settings[Group] & string}` }[Nested];

/** What sets each field, or leads to where it is set. A new field has to be named here to be built. */
const fields: Record<Field, string[]> = {
  'appearance.theme': ['window.light', 'window.dark', 'window.system'],
  'appearance.textSize': ['window.larger', 'window.smaller', 'window.usual'],
  'appearance.density': ['window.compact', 'window.comfortable'],
  'appearance.language': ['settings.language.system', 'settings.language.en', 'settings.language.de'],
  groupBy: ['list.groupClient', 'list.groupNone', 'list.groupBy'],
  sort: ['list.activityFirst', 'list.createdFirst', 'list.titleFirst'],
  folded: ['list.foldAll', 'list.unfoldAll'],
  enterSends: ['settings.enterSendsOn', 'settings.enterSendsOff'],
  inspectorOpen: ['window.inspector'],
  'panes.sidebarOpen': ['window.sidebar'],
  'panes.sidebarWidth': ['window.sidebarWider', 'window.sidebarNarrower'],
  'panes.inspectorWidth': ['window.inspectorWider', 'window.inspectorNarrower'],
  notify: ['settings.notifyOn', 'settings.notifyOff'],
  // What the palette remembers by itself.
  recentCommands: ['window.palette'],
  'retention.mode': ['settings.retention.review', 'settings.retention.automatic'],
  'retention.inactivityDays': ['settings.retention'],
  'retention.ageDays': ['settings.retention'],
  'api.enabled': ['settings.apiOn', 'settings.apiOff'],
  'api.port': ['settings.api'],
};

it('every field of the settings has a command', () => {
  const known = new Set(commands.map(({ id }) => id));
  for (const [field, ids] of Object.entries(fields)) expect([field, ids.filter((id) => !known.has(id))]).toEqual([field, []]);
  for (const field of Object.keys(settings.all)) expect(Object.keys(fields).map((each) => each.split('.')[0])).toContain(field);
});

const set: [id: string, change: (all: Settings) => unknown, wanted: unknown][] = [
  ['settings.language.de', (all) => all.appearance.language, 'de'],
  ['settings.language.en', (all) => all.appearance.language, 'en'],
  ['settings.language.system', (all) => all.appearance.language, null],
  ['settings.enterSendsOff', (all) => all.enterSends, false],
  ['settings.enterSendsOn', (all) => all.enterSends, true],
  ['settings.notifyOff', (all) => all.notify, false],
  ['settings.notifyOn', (all) => all.notify, true],
  ['settings.retention.automatic', (all) => all.retention.mode, 'automatic'],
  ['settings.retention.review', (all) => all.retention.mode, 'review'],
  ['settings.apiOn', (all) => all.api.enabled, true],
  ['settings.apiOff', (all) => all.api.enabled, false],
  ['list.groupNone', (all) => all.groupBy, null],
  ['list.groupClient', (all) => all.groupBy, 'client'],
];

it('a command of a setting sets it, and applies only while it is not set', async () => {
  const fake = story();
  await open(fake);
  for (const [id, read, wanted] of set) {
    const found = command(id)!;
    expect([id, applies(found)]).toEqual([id, true]);
    await found.run();
    await waitFor(() => expect([id, read(fake.settings)]).toEqual([id, wanted]));
    await waitFor(() => expect([id, applies(found)]).toEqual([id, false]));
  }
});

it('what cannot be undone is asked about where it is done', async () => {
  const fake = story();
  const user = await open(fake);
  await user.keyboard('{Control>}k{/Control}replace the sign{Enter}');
  const ask = await screen.findByRole('group', { name: 'Replace…' });
  await waitFor(() => expect(document.activeElement).toBe(within(ask).getByRole('button', { name: 'Cancel' })));
  expect(fake.did('replace_signing_key')).toEqual([]);
});

it('the choice of models opens, and each can be chosen with the arrows', async () => {
  const user = await open(story(), 'acme_tp_2026_11');
  await user.keyboard('{Control>}k{/Control}choose the model{Enter}');
  await screen.findByRole('menu', { name: 'Model' });
  await user.keyboard('{End}{ArrowUp}{Enter}');
  await waitFor(() => expect(composer.model).not.toBeNull());
  expect(document.activeElement?.textContent).toMatch(/^Model: /);
});

it('chosen threads are unpinned from anywhere, and put back only from the bin', async () => {
  const fake = story();
  await open(fake);
  await remove(fake.threads.get('acme_tp_2026_11')!.thread);
  selection.chooseAll();
  expect(applies(command('list.unpinChosen')!)).toBe(true);
  expect(applies(command('list.putBackChosen')!)).toBe(false);
  await sidebar.choose('bin');
  await waitFor(() => expect(sidebar.total).toBe(1));
  selection.chooseAll();
  expect([applies(command('list.putBackChosen')!), applies(command('list.lockChosen')!)]).toEqual([true, false]);
});
