// Every code, kind and reason that Rust can give has words and, where there is one, a next step.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { certificates, figures, kinds, oddities, reasons, show } from '../src/errors';
import { asError } from '../src/ipc';
import de from '../src/locales/de';
import en from '../src/locales/en';
import type { Key } from '../src/state/words.svelte';
import { catalogues } from './catalogues';
import { refusal } from './fake';
import { story } from './story';
import { field, open } from './window';

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
  expect(shown(403)).toMatchObject({ words: 'error.status_denied', step: 'key' });
  expect(shown(500)).toMatchObject({ words: 'error.endpoint_failed', step: 'retry' });
  expect(shown(503)).toMatchObject({ words: 'error.status_overloaded', step: 'retry' });
  expect(shown(400)).toMatchObject({ words: 'error.endpoint_rejected' });
});

it('a reply without a word says why the model stopped', () => {
  const shown = (why: string | null) => show({ code: 'endpoint_rejected', message: '', details: why === null ? { kind: 'empty' } : { kind: 'empty', why } });
  const words = [null, 'stop', 'length', 'content_filter', 'refusal'].map((reason) => shown(reason).words);
  expect(words).toEqual(['error.kind_empty', 'error.kind_empty_stop', 'error.kind_empty_length', 'error.kind_empty_filter', 'error.kind_empty_refusal']);
});

it('a temporary chat that is full is told from one that is gone', () => {
  const shown = (details: Record<string, unknown>) => show({ code: 'response_expired', message: '', details });
  expect(shown({ size: 268_500_000, limit: 268_435_456 })).toMatchObject({ words: 'error.chain_full', step: 'anew' });
  expect(shown({})).toMatchObject({ words: 'error.response_expired', step: 'anew' });
});

it('whatever a command throws becomes an error with a code', () => {
  expect(asError('boom')).toEqual({ code: 'unexpected', message: 'boom', details: {} });
  expect(asError({ code: 'thread_locked' })).toEqual({ code: 'thread_locked', message: '', details: {} });
  expect(figures({ code: 'x', message: '', details: { size: 3, deep: {} } })).toEqual({ size: 3 });
});

/** Details as Rust gives them with any of its kinds. */
const whole = { status: 400, host: 'a.example', to: 'b.example', size: 9, limit: 8, model: 'm', field: 'f', seconds: 5, retryAfter: 3, speaks: 'freddy' };
const core = (path: string) => readFileSync(join(import.meta.dirname, '../../src-tauri', path), 'utf8');
const words = (key: Key, details: Record<string, unknown>) => {
  const given = figures({ code: '', message: '', details });
  for (const each of catalogues.values()) expect([key, [...(each[key] ?? '').matchAll(/\{(\w+)\}/g)].filter(([, name]) => given[name ?? ''] === undefined)]).toEqual([key, []]);
  expect(de[key]).not.toBe(en[key]);
};

it('every kind of error at an endpoint has words of its own, in each language', () => {
  const below = /fn kind\(&self\)[\s\S]*?\n {4}\}/.exec(core('core/src/endpoint/error.rs'))?.[0] ?? '';
  const machine = [...core('core/src/response/machine.rs').matchAll(/\("kind", json!\("(\w+)"\)\)/g)];
  const known = [...new Set([...[...below.matchAll(/=> "(\w+)"/g)], ...machine].map((match) => match[1] ?? ''))];
  expect(known.length).toBeGreaterThan(25);
  expect(Object.keys(kinds).sort()).toEqual(known.sort());
  const said = known.map((kind) => show({ code: 'endpoint_rejected', message: '', details: { kind, ...whole } }).words);
  for (const key of said) words(key, whole);
  expect(said.filter((key, i) => said.indexOf(key) !== i)).toEqual([]);
});

it('what is wrong with a certificate, an answer or an empty reply is said', () => {
  const told = (details: Record<string, unknown>) => show({ code: 'endpoint_rejected', message: '', details }).words;
  const faults = [...(/fn fault\([\s\S]*?\n\}/.exec(core('core/src/endpoint/certificate.rs'))?.[0] ?? '').matchAll(/=> "(\w+)"/g)].map((match) => match[1] ?? '');
  expect(faults.sort()).toEqual(Object.keys(certificates).sort());
  for (const why of faults) words(told({ kind: 'tls', certificate: 'ab', why }), { host: 'h', subject: 's', issuer: 'i', certificate: 'ab' });
  const odd = [...(/fn word\([\s\S]*?\n {4}\}/.exec(core('core/src/endpoint/error.rs'))?.[0] ?? '').matchAll(/=> "(\w+)"/g)].map((match) => match[1] ?? '');
  expect(odd.sort()).toEqual(Object.keys(oddities).sort());
  const empty = ['stop', 'length', 'content_filter', 'refusal', undefined].map((why) => told({ kind: 'empty', why }));
  expect(new Set(empty).size).toBe(5);
});

it('sizes, limits and another address are said where they are known', () => {
  const told = (details: Record<string, unknown>) => show({ code: 'context_too_long', message: '', details }).words;
  expect(told({ size: 9, limit: 8 })).toBe('error.context_size');
  expect(told({ kind: 'context_too_long', limit: 8 })).toBe('error.context_limit');
  expect(told({})).toBe('error.context_too_long');
  expect(told({ kind: 'redirected', status: 301 })).toBe('error.kind_redirected_away');
  expect(figures({ code: '', message: '', details: { speaks: 'anthropic-messages' } })).toEqual({ speaks: 'Anthropic Messages' });
});

it('every reason that Rust gives for a refusal has words, in each language', () => {
  const sources = ['core/src/skein/endpoints/check.rs', 'core/src/skein/endpoints.rs', 'core/src/skein/prompts.rs', 'core/src/skein/bulk.rs', 'core/src/keychain.rs', 'core/src/record/mod.rs', 'core/src/store/backup/error.rs', 'src/commands/exports.rs', 'src/commands/backups.rs', 'src/commands/clipboard.rs', 'src/commands/links.rs'];
  const given = sources.flatMap((path) => {
    const source = core(path);
    const named = [...source.matchAll(/(?:unfit|refusal)\(\s*"(\w+)",|"?reason"?: "(\w+)"|"reason"\.into\(\), "(\w+)"/g)];
    const listed = [.../fn reason\(&self\)[\s\S]*?\n {4}\}/.exec(source)?.[0].matchAll(/"(\w+)"/g) ?? []];
    return [...named, ...listed].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  });
  expect([...new Set(given)].sort()).toEqual(Object.keys(reasons).sort());
  for (const reason of given) {
    const key = show({ code: 'invalid_request', message: '', details: { reason } }).words;
    expect([reason, key === 'error.invalid_request']).toEqual([reason, false]);
    words(key, {});
  }
});

it('the words of the endpoint itself stand below as a quotation', async () => {
  const fake = story();
  const user = await open(fake, 'acme_tp_2026_11');
  fake.refuse.set('respond', refusal('endpoint_rejected', { kind: 'status', status: 503, said: 'upstream sighs' }));
  await user.type(field(), 'Hello{Enter}');
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The endpoint is overloaded or down.');
  expect(alert.querySelector('q')?.textContent).toBe('upstream sighs');
});

it('no component shows what Rust said', () => {
  const root = join(import.meta.dirname, '../src');
  const components = readdirSync(root, { recursive: true, withFileTypes: true }).filter((each) => each.name.endsWith('.svelte'));
  const raw = components.filter((each) => /\b(error|trouble|problem|failure)\??\.message\b/.test(readFileSync(join(each.parentPath, each.name), 'utf8')));
  expect(raw.map((each) => each.name)).toEqual([]);
});
