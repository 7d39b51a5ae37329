// Every word of the window stands in every catalogue, and every key is used.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '../src/locales/en';
import { formFor, languageFor, languages } from '../src/state/languages';
import { catalogues } from './catalogues';

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['locales', 'generated'].includes(entry.name) ? [] : sources(path);
    return /\.(svelte|ts)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const source = sources(join(import.meta.dirname, '../src')).join('\n');
/** The key without the form, where it is one of what is counted. */
const base = (key: string) => {
  const stem = key.replace(/\.(zero|one|two|few|many|other)$/, '');
  return `${stem}.other` in en ? stem : key;
};
const figures = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
/** The plurals that a language has for what is counted here. */
const plurals = (tag: string) => {
  const rules = new Intl.PluralRules(tag);
  return [...new Set([...Array.from({ length: 1000 }, (_, n) => rules.select(n)), 'other'])];
};

describe.each([...catalogues])('the catalogue %s', (tag, catalogue) => {
  it('has every key, and every form of what is counted', () => {
    const keys = [...new Set(Object.keys(en).map(base))];
    const wanted = keys.flatMap((key) => (`${key}.other` in en ? plurals(tag).map((form) => `${key}.${form}`) : [key]));
    expect(Object.keys(catalogue).sort()).toEqual(wanted.sort());
  });

  it('names the same figures as the English one', () => {
    const english: Record<string, string> = en;
    for (const [key, words] of Object.entries(catalogue)) expect([key, figures(words)]).toEqual([key, figures(english[key] ?? english[`${base(key)}.other`] ?? '')]);
  });

  it('leaves nothing empty and shouts nowhere', () => {
    for (const words of Object.values(catalogue)) {
      expect(words.trim()).not.toBe('');
      expect(words).not.toContain('!');
    }
  });
});

describe('a language', () => {
  it('is offered for each file, under the name that it has for itself', () => {
    expect(languages().map(({ tag }) => tag).sort()).toEqual([...catalogues.keys()].sort());
    expect(languages()).toEqual(expect.arrayContaining([{ tag: 'de', name: 'Deutsch' }, { tag: 'en', name: 'English' }]));
  });

  it('is found for what the system speaks', () => {
    expect(['de', 'de-CH', 'DE-at', 'en-US', 'fr-FR', 'den'].map(languageFor)).toEqual(['de', 'de', 'de', 'en', 'en', 'en']);
  });

  it('counts in as many forms as it has', () => {
    const polish = { ...en, 'sidebar.threads.one': '{n} wątek', 'sidebar.threads.few': '{n} wątki', 'sidebar.threads.many': '{n} wątków' };
    const rules = new Intl.PluralRules('pl');
    expect([1, 3, 5, 22].map((n) => formFor(polish, 'sidebar.threads', rules.select(n)))).toEqual(['{n} wątek', '{n} wątki', '{n} wątków', '{n} wątki']);
    expect(formFor(en, 'sidebar.threads', 'many')).toBe(en['sidebar.threads.other']);
  });
});

describe('the catalogues', () => {
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
});
