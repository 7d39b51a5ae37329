// No words of its own stand in a component or in what one is given to show: they are in the catalogues.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'svelte/compiler';
import { expect, it } from 'vitest';
import en from '../src/locales/en';

const root = join(import.meta.dirname, '../src');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Names, and keys as they stand on a keyboard. */
const allowed = ['Skein', 'sha256', 'Esc', 'Enter', 'Shift+Enter', '{"top_k": 40}'];
/** Attributes whose words are seen or heard. */
const LABELS = ['alt', 'aria-description', 'aria-label', 'aria-placeholder', 'aria-roledescription', 'aria-valuetext', 'hint', 'label', 'placeholder', 'title'];
const keys = new Set(Object.keys(en).flatMap((key) => [key, key.replace(/\.\w+$/, '')]));
const isLiteral = (text: string) => /\p{L}{2}/u.test(text) && !keys.has(text) && !allowed.includes(text.replace(/^[\s–(]+|[\s,)]+$/g, '')) && !/^https?:/.test(text);

type Node = { type: string; name?: string; data?: string; value?: unknown; [key: string]: unknown };
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
/** What decides, or is handed to a function, is not shown; a call of `t` gives its words from the catalogue. */
const HIDDEN: Record<string, string[]> = {
  CallExpression: ['callee', 'arguments'],
  ConditionalExpression: ['test'],
  EachBlock: ['expression', 'key'],
  IfBlock: ['test'],
  MemberExpression: ['property'],
};
const UNSHOWN = ['AttachTag', 'BindDirective', 'ClassDirective', 'ConstTag', 'OnDirective', 'RenderTag', 'SpreadAttribute', 'StyleDirective'];

/** The texts in a part of a component that are shown as they stand. */
function shown(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(shown);
  if (!isNode(node)) return [];
  if (node.type === 'Attribute' && !LABELS.includes(node.name ?? '')) return [];
  if (UNSHOWN.includes(node.type)) return [];
  if (node.type === 'SnippetBlock') return shown(node['body']);
  if (node.type === 'Text') return [String(node.data)];
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  if (node.type === 'TemplateElement') return [(node.value as { cooked: string }).cooked];
  if (node.type === 'BinaryExpression' && node['operator'] !== '+') return [];
  const hidden = HIDDEN[node.type] ?? [];
  return Object.entries(node).flatMap(([name, value]) => (hidden.includes(name) || name === 'metadata' ? [] : shown(value)));
}

it.each(files.filter((path) => path.endsWith('.svelte')))('%s shows no words of its own', (path) => {
  expect(shown(parse(read(path), { modern: true }).fragment).filter(isLiteral)).toEqual([]);
});

it('sees what stands in a component', () => {
  const seen = (source: string) => shown(parse(source, { modern: true }).fragment).filter(isLiteral);
  expect(seen('<p class="big">Not here</p>')).toEqual(['Not here']);
  expect(seen('<button title="Go {where}" {...rest}>{#if a === "two words"}{b ? "Stay" : `${c} away`}{/if}</button>')).toEqual(['Go ', 'Stay', ' away']);
  expect(seen(`<p>{t('${Object.keys(en)[0]}')}</p>`)).toEqual([]);
});

it('no file gives something to show in words of its own', () => {
  const given = files
    .filter((path) => /\.(ts|svelte)$/.test(path) && !/^(generated|locales)\//.test(path))
    .flatMap((path) => [...read(path).replace(/^\s*(\/\/|\/?\*).*$/gm, '').matchAll(/\b(?:hint|label|title|words|placeholder|note)\??: (['"`])(.+?)\1|\btoasts\.add\((['"`])(.+?)\3/g)].map((match) => `${path}: ${match[2] ?? match[4]}`))
    .filter((found) => isLiteral(found.slice(found.indexOf(': ') + 2)));
  expect(given).toEqual([]);
});
