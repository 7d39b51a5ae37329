// Backing up from the settings, and going back to a backup: how far it is, and what came of it.
import { screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { backups } from '../src/state/backups.svelte';
import { dialogs } from '../src/state/dialogs.svelte';
import { words } from '../src/state/words.svelte';
import { refusal } from './fake';
import { story } from './story';
import { button, clean, open } from './window';

beforeEach(() => {
  backups.made = null;
  backups.last = null;
  backups.loaded = backups.stopped = backups.leaving = false;
  backups.chosen = backups.restored = null;
});

async function backup(fake = story()) {
  const user = await open(fake);
  dialogs.settings('backup');
  const panel = await screen.findByRole('tabpanel', { name: 'Backup' });
  return { fake, user, panel };
}

it('says that there never was one, and what one is not', async () => {
  const { panel } = await backup();
  await waitFor(() => expect(panel.textContent).toContain('No backup of this store was made yet.'));
  expect(panel.textContent).toContain('Your keys are not in it');
  expect(panel.textContent).toContain('What you delete is not deleted from backups');
  await clean();
});

it('makes one, and says where it is, how big, and what is in it', async () => {
  const { fake, user, panel } = await backup();
  await user.click(button('Back up now…'));
  await waitFor(() => expect(screen.getByTestId('backup-done').textContent).toContain('4.6 MiB'));
  const last = screen.getByTestId('backup-last').textContent ?? '';
  for (const said of ['Last backup: ', '7 threads · 1,204 messages', '/media/anna/disk/skein-backup-2026-11-22-1406.db']) expect(last).toContain(said);
  expect(panel.textContent).not.toContain('No backup of this store');
  await user.click(within(panel).getByRole('button', { name: 'Show in folder' }));
  expect(fake.folders).toEqual(['/media/anna/disk/skein-backup-2026-11-22-1406.db']);
  await clean();
});

it('shows how far it is, checks, and stops when it is told to', async () => {
  const fake = story();
  let go = () => {};
  fake.pace = async (tell) => {
    for (const done of [1_048_576, 4_194_304]) {
      tell({ done, total: 4_194_304 });
      await new Promise<void>((next) => (go = next));
    }
  };
  const { user } = await backup(fake);
  await user.click(button('Back up now…'));
  const job = await screen.findByTestId('job');
  expect(job.textContent).toContain('1 MiB of 4 MiB');
  expect(job.textContent).toContain('Copying…');
  await clean();
  go();
  await waitFor(() => expect(job.textContent).toContain('Checking the copy…'));
  await user.click(within(job).getByRole('button', { name: 'Cancel' }));
  expect(fake.did('stop_work')).toHaveLength(1);
  go();
  await waitFor(() => expect(screen.getByTestId('backup-done').textContent).toContain('It was stopped. Nothing was left.'));
  expect(screen.getByTestId('backup-last').textContent).toContain('No backup of this store');
});

it('says nothing where no place was chosen', async () => {
  const { fake, user } = await backup();
  fake.dismissed = true;
  await user.click(button('Back up now…'));
  await waitFor(() => expect(fake.did('last_backup')).toHaveLength(2));
  expect(screen.getByTestId('backup-done').textContent?.trim()).toBe('');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('says why there is none, and tries again', async () => {
  const { fake, user } = await backup();
  fake.refuse.set('back_up', refusal('storage_error', { reason: 'unwritable', file: '/media/anna/disk/x.db' }));
  await user.click(button('Back up now…'));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('The file could not be written. Nothing was left there.');
  await clean();
  fake.refuse.clear();
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(screen.getByTestId('backup-done').textContent).toContain('4.6 MiB'));
});

it('says what is in a backup and what will happen, and goes back to it only then', async () => {
  const { fake, user } = await backup();
  await user.click(button('Open a backup…'));
  const ask = await screen.findByRole('group', { name: 'Go back to a backup' });
  for (const said of ['5 threads · 1,188 messages', `Made ${words.moment(fake.backupFile.madeAt ?? '')}.`, '/media/anna/disk/', 'What is there now is kept beside it']) expect(ask.textContent).toContain(said);
  expect(fake.did('restore_backup')).toEqual([]);
  await clean();
  await user.click(within(ask).getByRole('button', { name: 'Cancel' }));
  await user.click(button('Open a backup…'));
  await user.click(await screen.findByRole('button', { name: 'Use this backup' }));
  await waitFor(() => expect(screen.getByText('Skein starts again…')).toBeTruthy());
  expect(fake.did('restore_backup')).toHaveLength(1);
  expect(button('Back up now…')).toHaveProperty('disabled', true);
});

it('stops while it looks at a backup or makes it ready, and changes nothing', async () => {
  const fake = story();
  let go = () => {};
  fake.pace = async (tell) => {
    tell({ done: 1_048_576, total: 4_194_304 });
    await new Promise<void>((next) => (go = next));
  };
  const { user } = await backup(fake);
  await user.click(button('Open a backup…'));
  const looking = await screen.findByTestId('job');
  expect(looking.textContent).toContain('Checking the backup…');
  await clean();
  await user.click(within(looking).getByRole('button', { name: 'Cancel' }));
  go();
  await user.click(await screen.findByRole('button', { name: 'Open a backup…' }));
  await waitFor(() => expect(fake.did('choose_backup')).toHaveLength(2));
  go();
  await user.click(await screen.findByRole('button', { name: 'Use this backup' }));
  const copying = await screen.findByTestId('job');
  await waitFor(() => expect(copying.textContent).toContain('1 MiB of 4 MiB'));
  await user.click(within(copying).getByRole('button', { name: 'Cancel' }));
  go();
  expect(await screen.findByRole('button', { name: 'Use this backup' })).toBeTruthy();
  expect(screen.queryByText('Skein starts again…')).toBeNull();
});

it.each([
  ['backup_foreign', 'is not a Skein backup'],
  ['backup_damaged', 'That backup is damaged'],
  ['backup_newer', 'A newer Skein wrote that backup'],
  ['backup_open', 'That file is in use'],
])('says of a file that is %s why it is not used, and lets another be chosen', async (reason, said) => {
  const { fake, user } = await backup();
  fake.refuse.set('choose_backup', refusal('invalid_request', { reason, file: '/x.db' }));
  await user.click(button('Open a backup…'));
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain(said);
  fake.refuse.clear();
  await user.click(within(alert).getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('button', { name: 'Use this backup' })).toBeTruthy();
});

it('says at the next start that the backup is in use, and where the store from before is', async () => {
  const fake = story();
  fake.outcome = { kept: '/home/anna/.local/share/skein/skein-before-2026-11-22-1406.db', error: null };
  await open(fake);
  const panel = await screen.findByRole('tabpanel', { name: 'Backup' });
  await waitFor(() => expect(panel.textContent).toContain('The backup is in use now.'));
  expect(panel.textContent).toContain('skein-before-2026-11-22-1406.db');
  await clean();
});

it('says at the next start that another Skein held the store, and that nothing was changed', async () => {
  const fake = story();
  fake.outcome = { kept: null, error: refusal('store_in_use') };
  await open(fake);
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('nothing was changed. Another program holds the store. Close it');
});
