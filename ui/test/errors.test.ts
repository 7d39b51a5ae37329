// Every code that Rust can give has a place, words and, where there is one, a next step.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { figures, kinds, show } from '../src/errors';
import { asError } from '../src/ipc';
import { de } from '../src/locales/de';
import { en } from '../src/locales/en';

const rust = readFileSync(join(import.meta.dirname, '../../src-tauri/core/src/error.rs'), 'utf8');
const codes = [...rust.matchAll(/^\s+\w+ "([a-z_]+)" \d{3},$/gm)].map((match) => match[1] ?? '');
/** Codes that only the local API gives. */
const api = ['unauthorized', 'not_found', 'method_not_allowed', 'idempotency_conflict'];

it('every code of the core is shown in its own words', () => {
  expect(codes.length).toBeGreaterThan(30);
  for (const code of codes.filter((each) => !api.includes(each))) {
    const shown = show({ code, message: '', details: {} });
    expect([code, shown.words]).toEqual([code, `error.${code}`]);
    expect(en[shown.words]).toBeTruthy();
  }
});

it('a code that nobody knows still gets words and a next step', () => {
  expect(show({ code: 'brand_new', message: 'secret', details: {} })).toMatchObject({ words: 'error.unexpected', step: 'reload' });
});

it('a refusal by an endpoint says what its status means', () => {
  const shown = (status: number) => show({ code: 'endpoint_rejected', message: '', details: { status } });
  expect(shown(401)).toMatchObject({ words: 'error.endpoint_refused_key', step: 'key' });
  expect(shown(404)).toMatchObject({ words: 'error.endpoint_not_there', step: 'settings' });
  expect(shown(503)).toMatchObject({ words: 'error.endpoint_failed', step: 'retry' });
  expect(shown(400)).toMatchObject({ words: 'error.endpoint_rejected' });
});

it('whatever a command throws becomes an error with a code', () => {
  expect(asError('boom')).toEqual({ code: 'unexpected', message: 'boom', details: {} });
  expect(asError({ code: 'thread_locked' })).toEqual({ code: 'thread_locked', message: '', details: {} });
  expect(figures({ code: 'x', message: '', details: { size: 3, deep: {} } })).toEqual({ size: 3 });
});

it('what is told more exactly than by its code is what the core tells apart, in each language', () => {
  const below = readFileSync(join(import.meta.dirname, '../../src-tauri/core/src/endpoint/error.rs'), 'utf8');
  for (const [kind, { words }] of Object.entries(kinds)) {
    expect([kind, below.includes(`=> "${kind}"`), de[words] !== en[words]]).toEqual([kind, true, true]);
    expect(show({ code: 'endpoint_unreachable', message: '', details: { kind } }).words).toBe(words);
  }
});

it('no component shows what Rust said', () => {
  const root = join(import.meta.dirname, '../src');
  const components = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.name.endsWith('.svelte'));
  const raw = components.filter((each) => /\b(error|trouble|problem|failure)\??\.message\b/.test(readFileSync(join(each.parentPath, each.name), 'utf8')));
  expect(raw.map((each) => each.name)).toEqual([]);
});
