// Parameters: the sheet of fields that they are set in, and what it says about what was typed.
import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import Sheet from '../src/parts/Parameters.svelte';
import { read, sheetOf, type Parameters } from '../src/parts/parameters';

const none = { temperature: '', top_p: '', max_tokens: '', seed: '', reasoning_effort: '', stop: '', more: '' };

describe('a sheet', () => {
  it('holds whatever parameters there are, and gives them back', () => {
    for (const parameters of [
      {},
      { temperature: 0, top_p: 0.25, max_tokens: 400, seed: -7, reasoning_effort: 'high', stop: 'END' },
      { stop: ['one', 'two\nlines', 'back\\slash', '\\n'] },
      { temperature: null, response_format: { type: 'json_object' }, max_tokens: 'many' },
      { temperature: 7, stop: ['', 'x'], seed: 1.5 },
    ] as Parameters[]) {
      const { parameters: again, faults } = read(sheetOf(parameters));
      expect([again, faults]).toEqual([parameters, {}]);
    }
  });

  it('takes numbers as people write them', () => {
    expect(read({ ...none, temperature: ' 0,7 ', top_p: '1', seed: '0' }).parameters).toEqual({ temperature: 0.7, top_p: 1, seed: 0 });
  });

  it('says what is wrong, in the field where it is', () => {
    const wrong = { ...none, temperature: '2.1', top_p: 'x', max_tokens: '0', seed: '1.5', more: '[1]' };
    expect(Object.keys(read(wrong).faults).sort()).toEqual(['max_tokens', 'more', 'seed', 'temperature', 'top_p']);
    expect(read({ ...none, seed: '1', more: '{"seed": 2}' }).faults).toEqual({ more: 'parameters.twice' });
    expect(read({ ...none, more: `{"x": "${'x'.repeat(16_384)}"}` }).faults).toEqual({ more: 'parameters.tooLong' });
  });
});

describe('the fields', () => {
  it('tell of what makes sense, keep the rest, and show what holds where they are empty', async () => {
    const user = userEvent.setup();
    const told: Parameters[] = [];
    const onchange = (value: Parameters) => told.push(value);
    const { rerender } = render(Sheet, { value: { seed: 5 }, under: { temperature: 0.2 }, onchange });
    const field = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name });
    expect(field('Temperature').placeholder).toBe('0.2, from the endpoint');
    expect(field('Top-p').title).toBe('Left to the endpoint');
    expect(field('Seed').value).toBe('5');
    await user.type(field('Temperature'), '3');
    expect(screen.getByRole('alert').textContent).toBe('A number from 0 to 2.');
    expect(field('Temperature').validity.valid).toBe(false);
    expect(told).toEqual([]);
    await user.clear(field('Temperature'));
    await user.type(field('Temperature'), '1.5');
    expect(told.at(-1)).toEqual({ temperature: 1.5, seed: 5 });
    expect(screen.queryByRole('alert')).toBeNull();
    await rerender({ value: told.at(-1) ?? {}, under: {}, onchange });
    await rerender({ value: {}, under: {}, onchange });
    await waitFor(() => expect([field('Temperature').value, field('Seed').value]).toEqual(['', '']));
  });
});
