// Every word of the window stands in every catalogue, and every key is used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { de } from '../src/locales/de';
import { en } from '../src/locales/en';

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['locales', 'generated'].includes(entry.name) ? [] : sources(path);
    return /\.(svelte|ts)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const source = sources(join(import.meta.dirname, '../src')).join('\n');
const base = (key: string) => key.replace(/\.(one|other)$/, '');
const figures = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('the catalogues', () => {
  it('have the same keys', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  });

  it('have no key that nobody uses', () => {
    const unused = Object.keys(en).filter((key) => !source.includes(`'${base(key)}'`) && !source.includes(`"${base(key)}"`));
    expect(unused).toEqual([]);
  });

  it('have every key that is used', () => {
    const prefixes = new Set(Object.keys(en).map((key) => key.split('.')[0]));
    const known = new Set(Object.keys(en).flatMap((key) => [key, base(key)]));
    const used = [...source.matchAll(/\bt\(\s*'([a-z]+\.[A-Za-z_]+)'|\bcount\(\s*'([a-z]+\.[A-Za-z_]+)'/g)].map((match) => match[1] ?? match[2] ?? '');
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter((key) => prefixes.has(key.split('.')[0] ?? '') && !known.has(key))).toEqual([]);
  });

  it('name the same figures in each language', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect([key, figures(de[key])]).toEqual([key, figures(en[key])]);
  });

  it('have both forms wherever they have one', () => {
    for (const key of Object.keys(en)) if (key.endsWith('.one')) expect(Object.keys(en)).toContain(`${base(key)}.other`);
  });

  it('leave nothing empty and shout nowhere', () => {
    for (const words of [...Object.values(en), ...Object.values(de)]) {
      expect(words.trim()).not.toBe('');
      expect(words).not.toContain('!');
    }
  });
});

describe('components', () => {
  it('write no words of their own into labels', () => {
    const literal = [...source.matchAll(/(?:aria-label|title|placeholder)="([^"{]*[A-Za-z]{3}[^"{]*)"/g)].map((match) => match[1]);
    expect(literal.filter((words) => !words?.startsWith('https://'))).toEqual([]);
  });
});
