// The keys that mean something in one place only: each that a source reads is listed in a table, the
// sheet shows all of them, and menus hint at them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/commands';
import { keyFor } from '../src/commands/place';
import { places } from '../src/commands/places';
import { keys as written } from '../src/commands/shortcut';
import { settings } from '../src/state/settings.svelte';
import { t } from '../src/state/words.svelte';
import { story } from './story';
import { open } from './window';

type Name = keyof typeof places;

/** Whose keys a source reads. One that is not here reads none by name. */
const tables: Record<string, Name[]> = {
  'commands/Palette.svelte': ['everywhere'],
  'composer/Field.svelte': ['inComposer'],
  'inspector/Metadata.svelte': ['everywhere'],
  'inspector/MetadataRow.svelte': ['everywhere'],
  'panes/Divider.svelte': ['onDivider'],
  'parts/Menu.svelte': ['everywhere'],
  'parts/Panel.svelte': ['everywhere'],
  'prompts/Clients.svelte': ['everywhere'],
  'prompts/Fill.svelte': ['inComposer'],
  'prompts/keys.ts': ['inComposer'],
  'search/Results.svelte': ['inSearch'],
  'search/SearchPane.svelte': ['inSearch'],
  'settings/SettingsDialog.svelte': ['everywhere'],
  'sidebar/SearchField.svelte': ['inListField'],
  'sidebar/SetClient.svelte': ['everywhere'],
  'sidebar/keys.ts': ['inList'],
  'state/drag.svelte.ts': ['inList'],
  'thread/ClientChip.svelte': ['everywhere'],
  'thread/MessageEdit.svelte': ['inComposer'],
  'thread/Title.svelte': ['everywhere'],
  'thread/walk.ts': ['onMessage'],
};
/** Those that read any letter. */
const letters = ['commands/index.ts', 'state/typing.ts'];

const NAMED = /\b(Escape|Enter|Delete|Backspace|Insert|Home|End|PageUp|PageDown|Arrow(?:Up|Down|Left|Right)|Tab|ContextMenu|F\d{1,2})\b(?=['"]|\s*:)/g;
const COMPARED = /\bkey(?:\.toLowerCase\(\))? [!=]== '([^']+)'/g;
const SHORT = /\b([a-z]): -?1\b/g;

const root = join(import.meta.dirname, '../src');
const sources = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((each) => each.isFile() && /\.(svelte|ts)$/.test(each.name))
  .map((each) => join(each.parentPath, each.name).slice(root.length + 1).replaceAll('\\', '/'))
  .filter((path) => !/^(generated|locales|commands\/(places\/|shortcut|composer|list|messages|settings|thread|window))/.test(path));
const handlers = sources.flatMap((path) => {
  const source = readFileSync(join(root, path), 'utf8').replace(/\/\/.*|\/\*[^]*?\*\//g, '');
  return /KeyboardEvent|keydown|keyup|keypress/.test(source) ? [{ path, source }] : [];
});

function read(source: string) {
  const found = [NAMED, COMPARED, ...(source.includes('MOVES') ? [SHORT] : [])].flatMap((pattern) => [...source.matchAll(pattern)].map((each) => each[1] ?? ''));
  return [...new Set(found)].sort();
}

const listed = (names: Name[]) => new Set([...names.flatMap((name) => Object.values(places[name].keys)).flatMap(({ keys }) => keys), ...commands.flatMap((each) => each.shortcut ?? [])].map(({ key }) => key));

describe('a key that is read', () => {
  it('stands in the table of its place', () => {
    expect(handlers.length).toBeGreaterThan(30);
    for (const { path, source } of handlers) {
      const known = listed(tables[path] ?? []);
      expect([path, tables[path] ? read(source).filter((key) => !known.has(key)) : read(source)]).toEqual([path, []]);
    }
  });

  it('is read by its name, or any letter is', () => {
    const reads = handlers.filter(({ source }) => /\b(event|pressed)\.key\b|\.key\]/.test(source)).map(({ path }) => path);
    expect(reads.filter((path) => !(path in tables) && !letters.includes(path))).toEqual([]);
  });

  it('is read where the table says', () => {
    const found = new Set(handlers.map(({ path }) => path));
    expect(Object.keys(tables).filter((path) => !found.has(path))).toEqual([]);
  });
});

describe('the sheet', () => {
  it('shows the keys of every place', async () => {
    const user = await open(story());
    (document.activeElement as HTMLElement).blur();
    await user.keyboard('?');
    const sheet = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    for (const { words, keys } of Object.values(places)) {
      const section = within(sheet).getByRole('heading', { name: t(words) }).closest('section')!;
      for (const each of Object.values(keys)) {
        const line = within(section).getAllByText(t(each.words)).map((term) => term.nextElementSibling);
        const shown = line.flatMap((keys) => [...(keys?.querySelectorAll('.keys') ?? [])].map((each) => each.textContent));
        expect(shown).toEqual(expect.arrayContaining(each.keys.map((each) => written(each).join(''))));
      }
    }
  });

  it('says what Enter does as it is set', async () => {
    await open(story());
    expect(keyFor(places.inComposer.keys.send)).toBe('Enter');
    expect(screen.getByRole('button', { name: 'Send' }).title).toBe('Send (Enter)');
    await settings.change({ enterSends: false });
    expect([keyFor(places.inComposer.keys.send), keyFor(places.inComposer.keys.breakLine)]).toEqual(['Shift+Enter', 'Enter']);
    await waitFor(() => expect(screen.getByRole('button', { name: 'Send' }).title).toBe('Send (Shift+Enter)'));
  });
});

it('the menu of a thread and of the list show the keys that do the same', async () => {
  const user = await open(story());
  await fireEvent.contextMenu(await screen.findByRole('button', { name: /Transfer pricing memo/ }));
  const shown = (name: RegExp) => within(screen.getByRole('menu')).getByRole('menuitem', { name }).textContent;
  expect(shown(/^Rename/)).toContain('F2');
  expect(shown(/^Choose/)).toContain('Ctrl+␣');
  expect(shown(/^Delete/)).toContain('Del');
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('button', { name: 'Group and sort' }));
  expect(screen.getByRole('menuitem', { name: /^Choose all/ }).textContent).toContain('Ctrl+A');
});
