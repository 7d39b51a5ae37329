// Small readers: sentences for those who listen, metadata values, addresses, sizes, times.
import { describe, expect, it } from 'vitest';
import { readValue, showValue } from '../src/inspector/values';
import { isExposed } from '../src/settings/presets';
import { byteLength } from '../src/state/writing.svelte';
import { words } from '../src/state/words.svelte';
import { readDay } from '../src/thread/day';
import { dress, toggleWrap } from '../src/thread/dress';
import { runs, way } from '../src/thread/runs';
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

  it('is no more at a time than somebody may listen to, and says so', () => {
    const long = Array.from({ length: 1000 }, (_, n) => `<p>Sentence ${n} is done.</p>`);
    const sentences = new Sentences();
    const given = sentences.next([long], '<p>And');
    expect(given.length).toBeLessThanOrEqual(2000);
    expect(given).toMatch(/^Sentence 0 is done\. .* is done\.$/);
    expect(sentences.cut).toBe(true);
    expect(sentences.rest([long], '<p>And one.</p>')).toBe('And one.');
    expect(sentences.cut).toBe(false);
    expect(new Sentences().rest([], `<p>${'x'.repeat(5000)}</p>`)).toHaveLength(2000);
    const silent = new Sentences();
    const signs = '<p><span class="control" data-code="U+202E"></span></p>'.repeat(2000);
    expect(silent.rest([[signs, '<p>Not said.</p>']], '')).toBe('');
    expect(silent.cut).toBe(true);
  });
});

describe('plain text', () => {
  it('is cut into runs that end with a line or a word, and is all there', () => {
    expect(runs('short text')).toEqual(['short text']);
    for (const text of ['lorem ipsum '.repeat(3000), 'a line\n'.repeat(5000), 'x'.repeat(40_000), '👩‍👩‍👧'.repeat(4000)]) {
      const pieces = runs(text);
      expect(pieces.join('')).toBe(text);
      expect(pieces.length).toBeGreaterThan(6);
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(4096);
      expect(pieces.some((piece) => /\p{Surrogate}/u.test(piece))).toBe(false);
      expect(runs(`${text} and more`).slice(0, pieces.length - 1), 'while it grows').toEqual(pieces.slice(0, -1));
    }
    expect(runs('lorem ipsum '.repeat(3000)).slice(0, -1).every((piece) => piece.endsWith(' '))).toBe(true);
  });

  it('spells out what turns it around, and runs as its first letter does', () => {
    expect(runs('a\u202eb\u202d\u202dc')).toEqual(['a⟨U+202E⟩b⟨U+202D × 2⟩c']);
    expect(runs('\u202e'.repeat(40_000)).join('').length).toBeLessThan(300);
    expect(['1 שלום', '1 hello שלום', '123', ''].map(way)).toEqual(['rtl', 'ltr', 'ltr', 'ltr']);
  });
});

describe('blocks of code', () => {
  it('wrap as they were set when they are drawn anew, as far as that is remembered', () => {
    const drawn = (n: number) => {
      const node = document.createElement('div');
      node.innerHTML = `<pre><div><button data-wrap></button></div><code>block ${n}</code></pre>`;
      dress(node, false);
      return node;
    };
    const wraps = (n: number) => drawn(n).querySelector('pre')?.classList.contains('wrapped');
    for (let n = 0; n < 101; n++) toggleWrap(drawn(n).querySelector('button')!);
    expect([0, 1, 100].map(wraps)).toEqual([false, true, true]);
    toggleWrap(drawn(100).querySelector('button')!);
    expect(wraps(100)).toBe(false);
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

it('numbers, sizes and times follow the language', async () => {
  await words.choose('de');
  expect([words.number(10_000), words.bytes(5_872_026), words.ago(new Date().toISOString())]).toEqual(['10.000', '5,6 MiB', 'jetzt']);
  await words.choose('en');
  expect([words.number(10_000), words.roughly(31_204), words.roughly(189), words.roughly(1_300_009)]).toEqual(['10,000', '31K', '189', '1.3M']);
  words.now = Date.parse('2026-11-22T12:00:00Z');
  expect(['2026-11-22T11:55:00Z', '2026-11-22T09:00:00Z', '2024-03-01T09:00:00Z'].map((time) => words.ago(time))).toEqual(['5 min', '3 h', 'Mar 2024']);
  expect(words.count('sidebar.threads', 1)).toBe('1 thread');
  expect([words.percent(0.25), words.clock('2026-11-22T14:02:30')]).toEqual(['25%', expect.stringMatching(/^(14:02|2:02\sPM)$/)]);
  await words.choose('fr');
  expect(words.language).toBe('en');
});

it('German is written as Germans do', async () => {
  await words.choose('de');
  const plain = (text: string) => text.replaceAll(/\s/g, ' ');
  expect([words.date('2026-11-09T12:00:00'), words.moment('2026-11-09T09:05:00'), words.clock('2026-11-09T09:05:00')]).toEqual(['9. Nov. 2026', '09.11.2026, 09:05', '09:05']);
  expect([words.money({ amount: '1234.5', currency: 'EUR' }), words.percent(0.9), words.roughly(1_300_009)].map(plain)).toEqual(['1.234,50 €', '90 %', '1,3 Mio.']);
  expect([words.between(1, 2000), words.list(['A', 'B', 'C']), words.figures(['1.204 Token', '0,02 €'])]).toEqual(['1–2.000', 'A, B und C', '1.204 Token, 0,02 €']);
  expect(plain(words.stretch('2026-11-09T09:05:00', '2026-11-12T10:00:00'))).toBe('09.11.2026, 09:05 – 12.11.2026, 10:00');
  expect([words.bytes(1), words.count('system.missing', 2, { names: words.list(['{{a}}', '{{b}}']) })]).toEqual(['1 Byte', '{{a}} und {{b}} haben keinen Wert in den Metadaten und bleiben stehen.']);
  expect([words.monthName('2026-11'), words.dayOf('2026-11-22')]).toEqual(['November 2026', 'So., 22. November']);
  await words.choose('en');
});

it('a day is read as it is written in the language, where the system has no field for dates', () => {
  expect(readDay('22.11.2026', 'de')).toBe('2026-11-22');
  expect(readDay('22/11/26', 'en-GB')).toBe('2026-11-22');
  expect(readDay('11/22/2026', 'en-US')).toBe('2026-11-22');
  expect(readDay(' 2026-11-22 ', 'de')).toBe('2026-11-22');
  expect(['31.2.2026', 'tomorrow', '22.11.', ''].map((text) => readDay(text, 'de'))).toEqual([null, null, null, null]);
});
