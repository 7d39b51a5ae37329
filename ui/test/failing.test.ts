// Failures: each stands where it happened, stays until exactly it succeeds, and is tried again as it was.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { askLink, lock, openLink, pin, rename } from '../src/state/actions';
import { dialogs } from '../src/state/dialogs.svelte';
import { endpoints } from '../src/state/endpoints.svelte';
import { exports } from '../src/state/exports.svelte';
import { failures } from '../src/state/failures.svelte';
import { pane } from '../src/state/pane.svelte';
import { seals } from '../src/state/seals.svelte';
import { refusal } from './fake';
import { story } from './story';
import { article, button, open } from './window';

const memo = 'acme_tp_2026_11';
const full = refusal('storage_full');
const alert = () => screen.findByRole('alert');
const tryAgain = async () => within(await alert()).getByRole('button', { name: 'Try again' });

describe('trying again', () => {
  it('pins the thread that was to be pinned', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('pin_thread', full);
    await pin(memo, true);
    expect((await alert()).closest('main')).not.toBeNull();
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(fake.get(memo).thread.pinned).toBe(true));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('locks the thread that was to be locked', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('set_state', full);
    await user.click(button('Lock'));
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(fake.get(memo).thread.state).toBe('locked'));
  });

  it('sends the words that were written, not the old ones', async () => {
    const fake = story();
    const user = await open(fake, memo);
    const mine = article(/missing documents into an email/);
    await user.click(within(mine).getByRole('button', { name: 'Edit' }));
    const field = await screen.findByRole('textbox', { name: 'Edit the message' });
    await waitFor(() => expect((field as HTMLTextAreaElement).value).not.toBe(''));
    await user.clear(field);
    await user.type(field, 'Make it shorter');
    fake.refuse.set('respond', full);
    await user.keyboard('{Enter}');
    const again = await tryAgain();
    fake.refuse.clear();
    await user.click(again);
    await waitFor(() => expect(fake.did('respond').at(-1)).toMatchObject({ text: 'Make it shorter' }));
    expect(fake.did('retry')).toEqual([]);
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Edit the message' })).toBeNull());
  });

  it('signs the seals that were to be signed', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>},{/Control}');
    await user.click(await screen.findByRole('tab', { name: 'Security' }));
    fake.refuse.set('sign_pending', refusal('keychain_unavailable', { reason: 'locked' }));
    await user.click(await screen.findByRole('button', { name: 'Sign what is unsigned' }));
    expect((await alert()).textContent).toContain('The keychain is locked.');
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(fake.did('sign_pending')).toHaveLength(2));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });
});

describe('a failure', () => {
  it('about a thread that is not on show stands in the list, by its name', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('pin_thread', full);
    await pin('thread_sd', true);
    const said = await alert();
    expect(said.closest('nav')).not.toBeNull();
    expect(said.textContent).toContain(fake.get('thread_sd').thread.title ?? '');
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(fake.get('thread_sd').thread.pinned).toBe(true));
    expect(fake.get(memo).thread.pinned).toBe(false);
  });

  it('takes no room where there is none', async () => {
    const fake = story();
    await open(fake, memo);
    const places = [...document.querySelectorAll('.trouble')];
    expect(places.length).toBeGreaterThan(5);
    expect(places.filter((each) => each.childElementCount > 0 || each.textContent !== '').map((each) => each.outerHTML)).toEqual([]);
  });

  it('is over once its next step was taken', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('rename_thread', refusal('thread_locked'));
    await rename(memo, 'Another');
    fake.refuse.clear();
    await user.click(within(await alert()).getByRole('button', { name: 'Unlock' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    expect(fake.did('set_state')).toEqual([{ id: memo, state: 'open' }]);
  });

  it('is dismissed by itself, and leaves the next one in sight', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('pin_thread', full);
    fake.refuse.set('set_state', refusal('storage_error'));
    await pin(memo, true);
    await lock(memo);
    expect((await alert()).textContent).toContain('The disk is full.');
    await user.click(within(await alert()).getByRole('button', { name: 'Dismiss' }));
    await waitFor(async () => expect((await alert()).textContent).toContain('The store could not be read or written.'));
  });

  it('does not follow to another thread', async () => {
    const fake = story();
    await open(fake, memo);
    fake.refuse.set('pin_thread', full);
    await pin(memo, true);
    await alert();
    await pane.open('thread_sd');
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('of the history and of finding is said where they are', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('list_history', full);
    pane.reloadHistory();
    expect((await alert()).closest('aside')).not.toBeNull();
    failures.clear('history');
    fake.refuse.set('search_thread', full);
    screen.getByTestId('messages').focus();
    await user.keyboard('{Control>}f{/Control}memo');
    expect((await alert()).closest('main')).not.toBeNull();
  });

  it('of the endpoints at the start is said in the middle', async () => {
    const fake = story();
    fake.refuse.set('list_endpoints', full);
    const user = await open(fake);
    expect((await alert()).closest('main')).not.toBeNull();
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('of one thing at the start stays when the others succeed', async () => {
    const fake = story();
    fake.refuse.set('subscribe', full);
    await open(fake);
    expect((await alert()).textContent).toContain('The disk is full.');
    expect(failures.spots('window')).toEqual(['window:streams']);
  });
});

describe('what fails by the way is said where it was wanted:', () => {
  it('what the model will see', async () => {
    const fake = story();
    fake.refuse.set('preview_context', refusal('storage_error'));
    const user = await open(fake, memo);
    const unknown = await screen.findByRole('button', { name: /^Not counted\. The store could not be read/ });
    expect(screen.getByTestId('model-sees').textContent).toContain('The store could not be read');
    fake.refuse.clear();
    await user.click(unknown);
    await screen.findByRole('meter');
  });

  it('the models of an endpoint', async () => {
    const fake = story();
    fake.refuse.set('list_models', refusal('endpoint_unreachable'));
    const user = await open(fake, memo);
    endpoints.models.clear();
    await user.click(button(/^Model:/));
    await waitFor(() => expect(screen.getAllByRole('menuitem', { name: /cannot be reached/ })).toHaveLength(2));
    fake.refuse.clear();
    await user.click(screen.getAllByRole('menuitem', { name: /cannot be reached/ })[1]!);
    await user.click(button(/^Model:/));
    await screen.findByRole('menuitemradio', { name: 'o4-mini' });
  });

  it('the titles of the palette', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('sidebar', full);
    await user.keyboard('{Control>}k{/Control}');
    const palette = await screen.findByRole('dialog', { name: 'Command palette' });
    const said = await within(palette).findByRole('alert');
    fake.refuse.clear();
    await user.click(within(said).getByRole('button', { name: 'Try again' }));
    await user.type(within(palette).getByRole('combobox'), 'sourdough');
    await within(palette).findByRole('option', { name: /Sourdough/ });
  });

  it('the keys that group the list, and typing ahead in it', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('metadata_keys', full);
    await user.click(button('Group and sort'));
    expect((await alert()).closest('nav')).not.toBeNull();
    await user.keyboard('{Escape}');
    failures.clear('keys');
    fake.refuse.set('place_of_title', full);
    screen.getByRole('button', { name: /Sourdough/ }).focus();
    await user.keyboard('r');
    expect((await alert()).closest('nav')).not.toBeNull();
  });

  it('the clients to choose from', async () => {
    const fake = story();
    await open(fake, memo);
    fake.refuse.set('metadata_values', full);
    dialogs.show({ kind: 'client', chosen: { kind: 'these', ids: [memo] }, n: 1, title: 'Memo' });
    expect((await alert()).closest('dialog')).not.toBeNull();
  });

  it('the notice of what was cleaned up, and dismissing it', async () => {
    const fake = story();
    fake.refuse.set('retention_notice', full);
    const user = await open(fake, memo);
    expect((await alert()).closest('nav')).not.toBeNull();
    fake.refuse.clear();
    fake.notice = { object: 'retention', mode: 'auto', binned: [{ id: 'x', title: 'Old one', reasons: [], erasesAt: null }], noticed: [], erased: [] } as never;
    await user.click(await tryAgain());
    const notice = await screen.findByTestId('cleaned');
    fake.refuse.set('dismiss_retention_notice', full);
    await user.click(within(notice).getByRole('button', { name: 'Dismiss' }));
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(fake.notice).toBeNull());
  });

  it('how a thread asks', async () => {
    const fake = story();
    fake.refuse.set('asking', full);
    const user = await open(fake, memo);
    expect((await alert()).closest('form')).not.toBeNull();
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('copying, a link and a folder, each in its own words', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('copy_text', refusal('invalid_request', { reason: 'clipboard' }));
    await user.click(button('Copy the id'));
    expect((await alert()).textContent).toContain('Nothing was copied.');
    fake.refuse.clear();
    await user.click(await tryAgain());
    await screen.findByText('Copied.');
    expect(fake.copied).toEqual([memo]);
    fake.refuse.set('open_link', refusal('invalid_request', { reason: 'no_browser' }));
    await openLink('https://example.com');
    expect((await alert()).textContent).toContain('Copy the link instead.');
    failures.clear('link');
    fake.refuse.set('check_link', refusal('invalid_request', { reason: 'not_a_link' }));
    await askLink('file:///etc/passwd');
    expect((await alert()).textContent).toContain('only web and mail addresses');
    failures.clear('link');
    fake.refuse.set('show_in_folder', refusal('invalid_request', { reason: 'no_file_manager' }));
    await exports.show('/tmp/x');
    expect((await alert()).textContent).toContain('No file manager could be opened.');
  });

  it('checking the seal of a thread that is not on show, by its name', async () => {
    const fake = story();
    const user = await open(fake, memo);
    fake.refuse.set('verify_thread', full);
    await seals.check('thread_q3');
    const said = await alert();
    expect(said.closest('nav')).not.toBeNull();
    expect(said.textContent).toContain('Q3 audit questions');
    fake.refuse.clear();
    await user.click(await tryAgain());
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('stopping long work, which goes on', async () => {
    const fake = story();
    const user = await open(fake, memo);
    let end = () => {};
    fake.pace = (tell) => new Promise((done) => (tell({ done: 1, total: 3 }), (end = done)));
    fake.refuse.set('stop_work', full);
    dialogs.settings('security');
    await user.click(await screen.findByRole('button', { name: 'Check all' }));
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    const said = await alert();
    expect(button('Cancel').hasAttribute('disabled')).toBe(false);
    fake.refuse.clear();
    await user.click(within(said).getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(fake.stopped.size).toBe(1));
    end();
    await waitFor(() => expect(screen.queryByTestId('job')).toBeNull());
  });
});
