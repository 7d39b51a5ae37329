// Small readers: sentences for those who listen, metadata values, addresses, sizes, times.
import { describe, expect, it } from 'vitest';
import { readValue, showValue } from '../src/inspector/values';
import { isExposed } from '../src/settings/presets';
import { byteLength } from '../src/state/writing.svelte';
import { words } from '../src/state/words.svelte';
import { Sentences } from '../src/thread/sentences';

describe('what is said aloud', () => {
  it('gives each finished sentence once, and the rest at the end', () => {
    const sentences = new Sentences();
    expect(sentences.next([], '<p>One is done. Two is no')).toBe('One is done.');
    expect(sentences.next([], '<p>One is done. Two is not yet')).toBe('');
    expect(sentences.next([['<p>One is done. Two is not yet.</p>']], '<p>Three')).toBe('Two is not yet.');
    expect(sentences.next([['<p>One is done. Two is not yet.</p>', '<p>Three.</p>']], '')).toBe('Three.');
    expect(sentences.rest([['<p>One is done. Two is not yet.</p>', '<p>Three.</p>']], '<p>Four</p>')).toBe('Four');
  });
});

describe('metadata values', () => {
  it('are text unless they are plainly something else', () => {
    expect(['high', '12', 'true', '[1]', '{"a":1}', '"quoted"', '{broken', '-'].map(readValue)).toEqual(['high', 12, true, [1], { a: 1 }, '"quoted"', '{broken', '-']);
  });

  it('keep digits that a number would lose', () => {
    expect(['0049', '12345678901234567890', '1e999', '1.50'].map(readValue)).toEqual(['0049', '12345678901234567890', '1e999', '1.50']);
  });

  it('come back as they were shown', () => {
    for (const value of ['high', 12, true, [1, 'a'], { a: null }]) expect(readValue(showValue(value))).toEqual(value);
  });
});

it('an address is exposed when it is plain HTTP to another machine', () => {
  const exposed = ['http://192.168.1.4:8080/v1', 'http://models.example/v1'];
  const safe = ['https://api.openai.com/v1', 'http://127.0.0.1:11434/v1', 'http://localhost:1234', 'http://[::1]:8080', 'not an address'];
  expect(exposed.map(isExposed)).toEqual([true, true]);
  expect(safe.map(isExposed)).toEqual([false, false, false, false, false]);
});

it('a text is measured in bytes, not characters', () => {
  expect(byteLength('ä'.repeat(2000))).toBe(4000);
  expect(byteLength('x'.repeat(5_000_000))).toBe(5_000_000);
});

it('numbers, sizes and times follow the language', () => {
  words.choose('de');
  expect([words.number(10_000), words.bytes(5_872_026), words.ago(new Date().toISOString())]).toEqual(['10.000', '5,6 MiB', 'jetzt']);
  words.choose('en');
  expect([words.number(10_000), words.roughly(31_204), words.roughly(189), words.roughly(1_300_009)]).toEqual(['10,000', '31k', '189', '1.3M']);
  words.now = Date.parse('2026-11-22T12:00:00Z');
  expect(['2026-11-22T11:55:00Z', '2026-11-22T09:00:00Z', '2024-03-01T09:00:00Z'].map((time) => words.ago(time))).toEqual(['5 min', '3 h', 'Mar 2024']);
  expect(words.count('sidebar.threads', 1)).toBe('1 thread');
  words.choose('fr');
  expect(words.language).toBe('en');
});
