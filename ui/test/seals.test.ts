// Seals in the window: the four answers, checking one thread or all, and the key that signs.
import { screen, waitFor, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/generated/Finding';
import { dialogs } from '../src/state/dialogs.svelte';
import { pane } from '../src/state/pane.svelte';
import { seals } from '../src/state/seals.svelte';
import { signing } from '../src/state/signing.svelte';
import { refusal } from './fake';
import { story } from './story';
import { article, button, open } from './window';

const audit = 'thread_q3';
const changed = (n: number, messageId: string | null): Finding => ({ kind: 'message_changed', message: n, messageId, file: null, words: 'not for the window' });

async function clean() {
  const found = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

const band = () => screen.getByTestId('band');
const state = () => within(band()).getByTestId('seal-state');
const settled = (answer: string) => waitFor(() => expect(state().dataset['seal']).toBe(answer));

async function security() {
  seals.all = null;
  signing.key = null;
  signing.signed = null;
  dialogs.settings('security');
  return screen.findByTestId('key-home');
}

describe('a locked thread', () => {
  it('is checked when it is opened, and says that it was', async () => {
    const fake = story();
    await open(fake, audit);
    await waitFor(() => expect(fake.did('verify_thread')).toEqual([{ id: audit }]));
    await waitFor(() => expect(band().textContent).toMatch(/2 messages sealed\s*verified just now/));
    expect(screen.getByTestId('seal').textContent).toContain('sha256 9f3a 61c0 77be 04d1…');
    expect(screen.queryByTestId('altered')).toBeNull();
    await pane.refresh();
    expect(fake.did('verify_thread')).toHaveLength(1);
    await pane.open(audit);
    await waitFor(() => expect(fake.did('verify_thread')).toHaveLength(2));
    await clean();
  });

  it('is sealed and checked in the moment it is locked', async () => {
    const fake = story();
    const user = await open(fake, 'thread_sd');
    expect(screen.queryByTestId('seal')).toBeNull();
    await user.click(button('Lock'));
    await waitFor(() => expect(fake.did('verify_thread')).toEqual([{ id: 'thread_sd' }]));
    await settled('valid');
  });

  it('that was altered says so loudly everywhere, names the message and stays readable', async () => {
    const fake = story();
    const second = fake.get(audit).messages[1]?.id ?? '';
    fake.findings.set(audit, [changed(2, second), { ...changed(0, null), kind: 'title_changed', message: null }]);
    const user = await open(fake, audit);
    const alert = await screen.findByTestId('altered');
    await waitFor(() => expect(alert.textContent).toContain('Message 2 is not what was sealed.'));
    expect(alert.getAttribute('role')).toBe('alert');
    expect(alert.textContent).toContain('The title is not what was sealed.');
    expect(alert.textContent).not.toContain('not for the window');
    expect(screen.getByTestId('altered-pill')).toBeTruthy();
    expect(state().dataset['seal']).toBe('altered');
    await waitFor(() => expect(document.querySelector(`[data-thread=${audit}] [data-seal]`)?.textContent).toContain('altered'));
    expect(article(/List the questions/)).toBeTruthy();
    await clean();
    await user.click(within(alert).getByRole('button', { name: 'Show message 2' }));
    await waitFor(() => expect(pane.target?.messageId).toBe(second));
    fake.findings.delete(audit);
    await user.click(button('Check now'));
    await settled('valid');
    expect(screen.queryByTestId('altered')).toBeNull();
  });

  it('tells a key that is not known, and a seal that nobody signed, from one that holds', async () => {
    const fake = story();
    fake.status.set(audit, 'unknown_key').set('thread_in', 'unsigned');
    const user = await open(fake, audit);
    await settled('unknown_key');
    expect(band().textContent).toContain('sealed with a key this machine does not have');
    expect(within(band()).getByRole('button', { name: 'Signing key…' })).toBeTruthy();
    await pane.open('thread_in');
    await settled('unsigned');
    expect(band().textContent?.match(/sealed/g)).toHaveLength(1);
    expect(band().textContent).toContain('sealed, not signed');
    await user.click(within(band()).getByRole('button', { name: 'Sign…' }));
    expect(await screen.findByTestId('key-home')).toBeTruthy();
  });

  it('does not take a key for a stranger’s while the keychain cannot be asked', async () => {
    const fake = story();
    fake.status.set(audit, 'unknown_key');
    fake.keychainUnavailable = true;
    await open(fake, audit);
    await settled('unknown_key');
    await waitFor(() => expect(band().textContent).toContain('the keychain cannot be asked whose key it is'));
  });

  it('says when it could not be checked, and checks again', async () => {
    const fake = story();
    fake.refuse.set('verify_thread', refusal('storage_error'));
    const user = await open(fake, audit);
    const alert = await screen.findByRole('alert');
    fake.refuse.clear();
    await user.click(within(alert).getByRole('button', { name: 'Load again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await settled('valid');
  });
});

describe('security', () => {
  it('checks every seal with a count, and shows what needs a look', async () => {
    const fake = story();
    fake.findings.set(audit, [changed(1, 'msg')]);
    let go = () => {};
    fake.pace = async (tell) => {
      tell({ done: 1, total: 3 });
      await new Promise<void>((done) => (go = done));
    };
    const user = await open(fake);
    await security();
    await user.click(button('Check all'));
    await waitFor(() => expect(screen.getByTestId('job').textContent).toContain('1 of 3 threads'));
    await clean();
    go();
    const found = screen.getByTestId('check-all');
    await waitFor(() => expect(found.textContent).toContain('3 threads checked.'));
    expect(found.textContent).toContain('1 needs a look:');
    await user.click(within(found).getByRole('button', { name: 'Q3 audit questions' }));
    await waitFor(() => expect(pane.id).toBe(audit));
    expect(dialogs.open).toBeNull();
  });

  it('says that there is nothing to check, and not that all is well', async () => {
    const fake = story();
    for (const [id, { thread }] of fake.threads) if (thread.state !== 'open') fake.threads.delete(id);
    const user = await open(fake);
    await security();
    await user.click(button('Check all'));
    await waitFor(() => expect(screen.getByTestId('check-all').textContent?.trim()).toBe('There is nothing to check: no thread is sealed.'));
  });

  it('stops when it is told to, and says that it was not the end', async () => {
    const fake = story();
    let go = () => {};
    fake.pace = () => new Promise<void>((done) => (go = done));
    const user = await open(fake);
    await security();
    await user.click(button('Check all'));
    await user.click(within(await screen.findByTestId('job')).getByRole('button', { name: 'Cancel' }));
    expect(fake.did('stop_work')).toHaveLength(1);
    go();
    await waitFor(() => expect(screen.getByTestId('check-all').textContent).toContain('It was stopped before the end.'));
  });

  it('shows the fingerprint in groups to read out, and copies it', async () => {
    const fake = story();
    const user = await open(fake);
    await security();
    const shown = screen.getByTestId('fingerprint');
    expect(shown.querySelectorAll('span')).toHaveLength(16);
    await user.click(button('Copy fingerprint'));
    expect(fake.copied).toEqual([fake.key.fingerprint]);
    await clean();
  });

  it('replaces the key only after saying what follows, and lists the old one', async () => {
    const fake = story();
    const before = fake.key.fingerprint ?? '';
    const user = await open(fake);
    await security();
    await user.click(button('Replace…'));
    const ask = screen.getByRole('group', { name: 'Replace…' });
    expect(ask.textContent).toContain('What was sealed before stays valid under the old fingerprint');
    expect(fake.did('replace_signing_key')).toEqual([]);
    await clean();
    await user.click(within(ask).getByRole('button', { name: 'Make a new key' }));
    await waitFor(() => expect(screen.getByTestId('fingerprint').textContent).not.toContain(before.slice(0, 4)));
    expect(screen.getByTitle(before)).toBeTruthy();
  });

  it('signs what was sealed without a keychain, and says how many', async () => {
    const fake = story();
    fake.pending = 2;
    fake.status.set(audit, 'unsigned');
    const user = await open(fake, audit);
    await settled('unsigned');
    await security();
    await user.click(button('Sign what is unsigned'));
    await waitFor(() => expect(screen.getByText('2 seals were signed.')).toBeTruthy());
    await settled('valid');
  });

  it('says what to do when the keychain lost the key, and shows no fingerprint that signs nothing', async () => {
    const fake = story();
    fake.key = { ...fake.key, home: 'none', fingerprint: null, pem: null, madeAt: null };
    await open(fake);
    const home = await security();
    expect(home.textContent).toContain('The first thread you lock makes one.');
    expect(screen.queryByTestId('fingerprint')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Replace…' })).toBeNull();
  });
});
