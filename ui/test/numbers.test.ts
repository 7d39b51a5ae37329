// Numbers are read as those who type them mean them, or not at all.
import { afterEach, describe, expect, it } from 'vitest';
import { read, sheetOf } from '../src/parts/parameters';
import { readAmount } from '../src/settings/prices';
import { words } from '../src/state/words.svelte';

const none = { temperature: '', top_p: '', max_tokens: '', seed: '', reasoning_effort: '', stop: '', more: '' };
const tokens = (typed: string) => {
  const { parameters, faults } = read({ ...none, max_tokens: typed });
  return faults.max_tokens ?? parameters['max_tokens'];
};
const warmth = (typed: string) => {
  const { parameters, faults } = read({ ...none, temperature: typed });
  return faults.temperature ?? parameters['temperature'];
};

afterEach(() => words.choose('en'));

describe('a whole number', () => {
  it('may be grouped as the language groups it', async () => {
    expect(['4000', '4,000', '1,234,567', '4 000', ' 12 '].map(tokens)).toEqual([4000, 4000, 1_234_567, 4000, 12]);
    await words.choose('de');
    expect(['4.000', '1.234.567', '4000'].map(tokens)).toEqual([4000, 1_234_567, 4000]);
  });

  it('is not guessed at', async () => {
    expect(['4.000', '0x10', '1e3', '4,00', '4.5', '-3', 'many', '1,2345'].map(tokens)).toEqual(['number.unclear', ...Array<string>(7).fill('parameters.wrongTokens')]);
    await words.choose('de');
    expect(tokens('4,000')).toBe('number.unclear');
  });
});

describe('a number with decimals', () => {
  it('is read with either sign where it can mean one thing only', async () => {
    for (const language of ['en', 'de']) {
      await words.choose(language);
      expect(['0,7', '0.7', '1', '0,125', '1.25'].map(warmth)).toEqual([0.7, 0.7, 1, 0.125, 1.25]);
      expect(['1,234.5', '1.234,5', '1234.5', '12.5', '12,5'].map(readAmount)).toEqual(['1234.5', '1234.5', '1234.5', '12.5', '12.5']);
    }
  });

  it('goes by the language where it could be thousands, and is refused where that would surprise', async () => {
    expect(['1,500', '1.500'].map(readAmount)).toEqual([null, '1.500']);
    expect(warmth('1,500')).toBe('number.unclear');
    await words.choose('de');
    expect(['1,500', '1.500'].map(readAmount)).toEqual(['1.500', null]);
    expect(warmth('1,500')).toBe(1.5);
  });
});

it('a field shows a number as the language writes it, and reads that again', async () => {
  await words.choose('de');
  const parameters = { temperature: 0.7, top_p: 0.0000001, max_tokens: 400_000, seed: -12 };
  expect(sheetOf(parameters)).toMatchObject({ temperature: '0,7', top_p: '0,0000001', max_tokens: '400000', seed: '-12' });
  expect(read(sheetOf(parameters))).toEqual({ parameters, faults: {} });
});
