// Parameters as a sheet of fields: each that has a field of its own, and the rest as a JSON object.
// They go by the names that Chat Completions gave them; Rust gives each protocol its own.
import { readNumber, showNumber, UNCLEAR } from './numbers';
import type { Key } from '../state/words.svelte';

export type Parameters = Record<string, unknown>;
export type Name = 'temperature' | 'top_p' | 'max_tokens' | 'seed' | 'reasoning_effort' | 'stop';
/** What stands in the fields, as it was typed. */
export type Sheet = Record<Name | 'more', string>;
export type Faults = Partial<Record<Name | 'more', Key>>;

const MOST_BYTES = 16 * 1024;
export const efforts = ['none', 'minimal', 'low', 'medium', 'high'];

type Field = {
  /** The value of what was typed; nothing if it is none, `UNCLEAR` if it could be two. */
  read: (typed: string) => unknown;
  /** The value as one would type it; nothing if the field cannot hold it. */
  write: (value: unknown) => string | undefined;
  fault: Key;
};

function number(fits: (n: number) => boolean, fault: Key, whole = false): Field {
  return {
    read: (typed) => {
      const plain = readNumber(typed, whole);
      if (plain === null || plain === UNCLEAR) return plain ?? undefined;
      return fits(Number(plain)) ? Number(plain) : undefined;
    },
    write: (value) => (typeof value === 'number' && fits(value) ? showNumber(value) : undefined),
    fault,
  };
}

/** A stop is a line; a line break in it is typed as `\n`, a backslash twice. */
const stop: Field = {
  read: (typed) => {
    const lines = typed.split('\n').filter((line) => line.trim() !== '');
    const stops = lines.map((line) => line.replace(/\\([n\\])/g, (_, sign) => (sign === 'n' ? '\n' : '\\')));
    return stops.length === 1 ? stops[0] : stops;
  },
  write: (value) => {
    const stops = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(stops) || stops.length === 0) return undefined;
    if (!stops.every((each) => typeof each === 'string' && each.trim() !== '')) return undefined;
    return stops.map((each: string) => each.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')).join('\n');
  },
  fault: 'parameters.wrongJson',
};

const fields: Record<Name, Field> = {
  temperature: number((n) => n >= 0 && n <= 2, 'parameters.wrongTemperature'),
  top_p: number((n) => n >= 0 && n <= 1, 'parameters.wrongShare'),
  max_tokens: number((n) => Number.isSafeInteger(n) && n > 0, 'parameters.wrongTokens', true),
  seed: number(Number.isSafeInteger, 'parameters.wrongWhole', true),
  reasoning_effort: {
    read: (typed) => typed,
    write: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
    fault: 'parameters.wrongJson',
  },
  stop,
};
const names = Object.keys(fields) as Name[];

/** The sheet of some parameters. What a field cannot hold stands with the rest. */
export function sheetOf(parameters: Parameters): Sheet {
  const sheet: Sheet = { temperature: '', top_p: '', max_tokens: '', seed: '', reasoning_effort: '', stop: '', more: '' };
  const more = { ...parameters };
  for (const name of names) {
    const typed = fields[name].write(parameters[name]);
    if (typed === undefined) continue;
    sheet[name] = typed;
    delete more[name];
  }
  if (Object.keys(more).length > 0) sheet.more = JSON.stringify(more, null, 2);
  return sheet;
}

/** The parameters that a sheet stands for, and what is wrong in which field. */
export function read(sheet: Sheet): { parameters: Parameters; faults: Faults } {
  const faults: Faults = {};
  const parameters: Parameters = {};
  for (const name of names) {
    if (sheet[name].trim() === '') continue;
    const value = fields[name].read(sheet[name]);
    if (value === undefined) faults[name] = fields[name].fault;
    else if (value === UNCLEAR) faults[name] = 'number.unclear';
    else parameters[name] = value;
  }
  const more = objectOf(sheet.more);
  if (more === null) faults.more = 'parameters.wrongJson';
  else if (names.some((name) => name in more && sheet[name].trim() !== '')) faults.more = 'parameters.twice';
  Object.assign(parameters, more);
  const size = new TextEncoder().encode(JSON.stringify(parameters)).length;
  if (size > MOST_BYTES) faults.more = 'parameters.tooLong';
  return { parameters, faults };
}

/** What holds where a field is empty, as one would type it; nothing if nobody says. */
export function shown(name: Name, under: Parameters): string {
  return fields[name].write(under[name])?.replaceAll('\n', ' · ') ?? '';
}

function objectOf(typed: string): Parameters | null {
  if (typed.trim() === '') return {};
  try {
    const read: unknown = JSON.parse(typed);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Parameters) : null;
  } catch {
    return null;
  }
}
