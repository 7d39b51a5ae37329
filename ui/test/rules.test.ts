// Rules about where things stand, held by reading the sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { places } from '../src/errors';

const root = join(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(svelte|ts)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll('\\', '/'))
  .filter((path) => !path.startsWith('generated'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const with_ = (pattern: RegExp) => files.filter((path) => pattern.test(read(path)));

it('only ipc.ts calls Rust', () => {
  expect(with_(/@tauri-apps\/api/)).toEqual(['ipc.ts']);
});

it('only state asks ipc.ts', () => {
  expect(with_(/from '[./]*\/ipc'/).filter((path) => !path.startsWith('state/'))).toEqual([]);
});

it('only one component puts HTML into the window', () => {
  expect(with_(/\{@html/)).toEqual(['thread/Html.svelte']);
  // Beside it, the colours of a block of code: from Rust, too.
  expect(with_(/\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|setHTML\w*|srcdoc|document\.write)\b/)).toEqual(['state/code.ts']);
});

it('what changes stands in state/, but for what a view knows of itself', () => {
  const views = ['sidebar/listView.svelte.ts', 'temporary/follower.svelte.ts', 'thread/end.svelte.ts', 'thread/selected.svelte.ts', 'thread/steer.svelte.ts', 'thread/viewport.svelte.ts'];
  expect(files.filter((path) => path.endsWith('.svelte.ts') && !path.startsWith('state/')).sort()).toEqual(views);
});

it('state knows nothing of what shows it', () => {
  const imports = files.filter((path) => path.startsWith('state/')).flatMap((path) => [...read(path).matchAll(/\bfrom '([^']+)'|\bimport\(?'([^']+)'/g)].map((match) => `${path}: ${match[1] ?? match[2]}`));
  expect(imports.length).toBeGreaterThan(100);
  expect(imports.filter((each) => !/: (\.\/|\.\.\/(ipc$|errors$|generated\/|locales\/)|svelte(\/|$))/.test(each))).toEqual([]);
});

it('nothing opens a window, keeps things in the browser, or fetches', () => {
  expect(with_(/\b(localStorage|sessionStorage|indexedDB|fetch\(['"]|window\.open|alert\(|confirm\()/)).toEqual([]);
});

it('components stay small', () => {
  const long = files.filter((path) => path.endsWith('.svelte') && read(path).split('<style>')[0]!.split('\n').length > 150);
  expect(long).toEqual([]);
});

it('what is refused is dropped only where it says why', () => {
  const bare: string[] = [];
  for (const path of files) {
    const lines = read(path).split('\n');
    for (const [i, line] of lines.entries()) {
      if (!/\.catch\(\(\) =>/.test(line) && !(path.startsWith('state/') && /catch \{/.test(line))) continue;
      if (![lines[i - 1], lines[i + 1]].some((near) => near?.trim().startsWith('//'))) bare.push(`${path}:${i + 1}`);
    }
  }
  expect(bare).toEqual([]);
});

it('every spot at which something can fail is said somewhere', () => {
  const said = files.filter((path) => path.endsWith('.svelte')).map(read).join('\n');
  const elsewhere = ['of-thread', 'models', ...Object.entries(places).flatMap(([kind, where]) => (where === 'note' ? [kind] : []))];
  const unsaid = Object.keys(places).filter((kind) => !elsewhere.includes(kind) && !new RegExp(`['\`]${kind}['\`:]`).test(said));
  expect(unsaid).toEqual([]);
});
