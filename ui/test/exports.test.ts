// Exports from the window: what, as what, how far, where it went, and what was refused.
import { screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { expect, it } from 'vitest';
import { exports } from '../src/state/exports.svelte';
import { refusal } from './fake';
import { story } from './story';
import { button, open } from './window';

const audit = 'thread_q3';
let user: Awaited<ReturnType<typeof open>>;

async function clean() {
  const found = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

async function asked(name: string | RegExp = 'Export record') {
  exports.dismiss();
  await user.click(button(name));
  return within(await screen.findByRole('dialog', { name: 'Export' }));
}


it('a record of a locked thread is saved, and its folder shown', async () => {
  const fake = story();
  user = await open(fake, audit);
  const dialog = await asked();
  expect(dialog.getByRole<HTMLInputElement>('radio', { name: /^Record/ }).checked).toBe(true);
  expect(dialog.queryByText(/makes a draft/)).toBeNull();
  await clean();
  await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
  const work = await screen.findByTestId('work');
  await waitFor(() => expect(work.textContent).toContain('1 file saved · 47.1 KiB'));
  expect(work.textContent).toContain('/home/anna/Documents/skein-thread_q3-9f3a61c0.zip');
  expect(fake.did('export')[0]).toMatchObject({ wanted: { kind: 'threads', ids: [audit] }, format: 'record' });
  await user.click(within(work).getByRole('button', { name: 'Show in folder' }));
  expect(fake.folders).toEqual(['/home/anna/Documents/skein-thread_q3-9f3a61c0.zip']);
  await clean();
  await user.click(within(work).getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByTestId('work')).toBeNull();
});

it('a client, or everything, goes out in the format that was chosen', async () => {
  const fake = story();
  user = await open(fake, audit);
  for (const [what, wanted, files] of [
    ['All threads of Acme GmbH', { kind: 'client', client: 'Acme GmbH' }, '3 files saved'],
    ['Everything: all threads of this store', { kind: 'all' }, '7 files saved'],
  ] as const) {
    const dialog = await asked();
    await user.click(dialog.getByRole('radio', { name: what }));
    expect(dialog.getByText(/makes a draft/)).toBeTruthy();
    await user.click(dialog.getByRole('radio', { name: /^Markdown/ }));
    expect(dialog.queryByText(/makes a draft/)).toBeNull();
    await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
    await waitFor(() => expect(screen.getByTestId('work').textContent).toContain(files));
    expect(screen.getByTestId('work').querySelector('.path')?.textContent).toBe('/home/anna/Documents');
    expect(fake.did('export').at(-1)).toMatchObject({ wanted, format: 'markdown' });
  }
});

it('an open thread says beforehand that it makes a draft', async () => {
  user = await open(story(), 'thread_sd');
  const dialog = await asked('Export');
  expect(dialog.getByText(/Lock the thread first/)).toBeTruthy();
  expect(dialog.queryByRole('radio', { name: /All threads of/ })).toBeNull();
});

it('long work shows how far it is, and stops when told to', async () => {
  const fake = story();
  let go = () => {};
  fake.pace = async (tell) => {
    tell({ done: 300, total: 1200 });
    await new Promise<void>((done) => (go = done));
  };
  user = await open(fake, audit);
  const dialog = await asked();
  await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
  const work = await screen.findByTestId('work');
  await waitFor(() => expect(work.textContent).toContain('25%'));
  await clean();
  await user.click(within(work).getByRole('button', { name: 'Cancel' }));
  expect(fake.did('stop_work')).toHaveLength(1);
  go();
  await waitFor(() => expect(screen.getByTestId('work').textContent).toContain('It was stopped.'));
});

it('dismissing the question leaves nothing behind', async () => {
  const fake = story();
  fake.dismissed = true;
  user = await open(fake, audit);
  const dialog = await asked();
  await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
  await waitFor(() => expect(exports.job).toBeNull());
  expect(screen.queryByTestId('work')).toBeNull();
});

it('what was altered is named, and no record is made of it', async () => {
  const fake = story();
  fake.findings.set(audit, [{ kind: 'title_changed', message: null, messageId: null, file: null, words: '' }]);
  user = await open(fake, audit);
  const dialog = await asked();
  await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
  await waitFor(() => expect(screen.getByTestId('work').textContent).toContain('1 thread is not what was sealed. No record was made of it.'));
  expect(screen.queryByRole('button', { name: 'Show in folder' })).toBeNull();
  await waitFor(() => expect(document.querySelector(`[data-thread=${audit}] [data-seal]`)?.textContent).toContain('altered'));
});

it('of many, those that failed are named with why, beside what was saved', async () => {
  const fake = story();
  const why = (id: string, code: string, details = {}) => ({ id, title: fake.get(id).thread.title, error: refusal(code, details) });
  fake.failed = [why(audit, 'invalid_request', { file: '/home/anna/x.zip', reason: 'exists' }), why('thread_in', 'storage_error', { reason: 'unwritable' })];
  user = await open(fake, audit);
  const dialog = await asked();
  await user.click(dialog.getByRole('radio', { name: 'Everything: all threads of this store' }));
  await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
  const work = within(screen.getByTestId('work'));
  const told = await work.findByRole('alert');
  expect(told.textContent).toContain('5 files saved');
  expect(told.textContent).toContain('2 threads were not exported:');
  const [first, second] = within(told).getAllByRole('listitem');
  expect(first?.textContent).toBe(`${fake.get(audit).thread.title} There is a file of that name already. It was left as it is.`);
  expect(second?.textContent).toContain('Nothing was left there.');
  await clean();
});

it('a file in the way is named', async () => {
  const fake = story();
  fake.refuse.set('export', refusal('invalid_request', { file: '/home/anna/memo (2 of 3).pdf' }));
  user = await open(fake, audit);
  const dialog = await asked();
  await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
  await waitFor(() => expect(screen.getByTestId('work').textContent).toContain('/home/anna/memo (2 of 3).pdf'));
});

it('a failure says what happened and what is safe', async () => {
  const fake = story();
  fake.refuse.set('export', refusal('storage_error'));
  user = await open(fake, audit);
  for (const [code, reason, words] of [
    ['storage_error', 'unwritable', 'Nothing was left there.'],
    ['invalid_request', 'exists', 'It was left as it is.'],
    ['keychain_unavailable', 'locked', 'The keychain is locked.'],
  ] as const) {
    fake.refuse.set('export', refusal(code, { reason }));
    const dialog = await asked();
    await user.click(dialog.getByRole('button', { name: 'Choose where…' }));
    await waitFor(() => expect(within(screen.getByTestId('work')).getByRole('alert').textContent).toContain(words));
  }
});
