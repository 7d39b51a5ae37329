// Clean-up: what is due is said quietly, decided on in the settings, and the bin tells when it erases.
import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { retention } from '../src/state/retention.svelte';
import { sidebar } from '../src/state/sidebar.svelte';
import { refusal, type Fake } from './fake';
import { story } from './story';
import { button, clean, open } from './window';

const lease = 'thread_re';
const due = () => within(screen.getByTestId('due'));
const bin = () => within(screen.getByTestId('bin'));
const row = (title: string) => within(due().getByRole('group', { name: title }));

async function review(fake: Fake = story({ old: true })) {
  const user = await open(fake);
  await user.click(await screen.findByRole('button', { name: '3 threads are due for clean-up' }));
  await screen.findByRole('dialog', { name: 'Settings' });
  await due().findByText('Renewal of the office lease');
  return { fake, user };
}

describe('what is due', () => {
  it('is listed with its reasons, the longest at rest first', async () => {
    await review();
    expect([...screen.getByTestId('due').querySelectorAll('li small')].map((each) => each.textContent)).toEqual([
      'no message for 404 days · made 404 days ago',
      'no message for 131 days',
      'no message for 97 days',
    ]);
    await clean();
  });

  it('is kept by pinning it, and that can be undone', async () => {
    const { fake, user } = await review();
    await user.click(row('Renewal of the office lease').getByRole('button', { name: 'Keep' }));
    await waitFor(() => expect(fake.get(lease).thread.pinned).toBe(true));
    await waitFor(() => expect(due().queryByText('Renewal of the office lease')).toBeNull());
    await user.click(button('Undo'));
    await waitFor(() => expect(fake.get(lease).thread.pinned).toBe(false));
    await due().findByText('Renewal of the office lease');
  });

  it('goes to the bin as a selection, and comes back with one Undo', async () => {
    const { fake, user } = await review();
    await user.click(screen.getByRole('checkbox', { name: 'Choose Palette for the slides' }));
    await user.click(screen.getByRole('checkbox', { name: 'Choose Visa for the Lisbon trip' }));
    await user.click(within(due().getByRole('group', { name: '2 chosen' })).getByRole('button', { name: 'Delete' }));
    await screen.findByText('2 threads moved to the bin.');
    expect(fake.get('thread_pa').thread.deletedAt).not.toBeNull();
    expect(fake.get('thread_vi').thread.deletedAt).not.toBeNull();
    expect(fake.get(lease).thread.deletedAt).toBeNull();
    await user.click(button('Undo'));
    await waitFor(() => expect(fake.get('thread_vi').thread.deletedAt).toBeNull());
    expect(fake.get('thread_pa').thread.deletedAt).toBeNull();
  });

  it('is archived all at once, only after it was said that this is permanent', async () => {
    const { fake, user } = await review();
    await user.click(screen.getByRole('checkbox', { name: 'Choose all' }));
    await user.click(within(due().getByRole('group', { name: '3 chosen' })).getByRole('button', { name: 'Archive…' }));
    const ask = due().getByRole('group', { name: 'Archive…' });
    expect(ask.textContent).toContain('Archive 3 threads?');
    expect(ask.textContent).toContain('This is permanent.');
    expect(fake.did('change_threads')).toEqual([]);
    await clean();
    await user.click(within(ask).getByRole('button', { name: 'Archive for good' }));
    await due().findByText('Nothing is due.');
    expect([lease, 'thread_vi', 'thread_pa'].map((id) => fake.get(id).thread.state)).toEqual(['archived', 'archived', 'archived']);
    expect(screen.queryByRole('button', { name: /due for clean-up/ })).toBeNull();
  });

  it('may be more than a page: all of it is reached', async () => {
    const fake = story();
    for (let n = 0; n < 250; n++) fake.add(`old${n}`, `Old thread ${n}`, null, 'open', 24 * (100 + n));
    const user = await open(fake);
    await user.click(await screen.findByRole('button', { name: 'More than 100 threads are due for clean-up' }));
    await user.click(await screen.findByRole('checkbox', { name: 'Choose all' }));
    await user.click(within(await due().findByRole('group', { name: '250 chosen' })).getByRole('button', { name: 'Delete' }));
    await screen.findByText('250 threads moved to the bin.');
    expect(fake.on_due_threads({ after: null, limit: 1 }).data).toEqual([]);
  });

  it('goes on past one that is refused, and names it', async () => {
    const { fake, user } = await review();
    await user.click(screen.getByRole('checkbox', { name: 'Choose all' }));
    const chosen = within(await due().findByRole('group', { name: '3 chosen' }));
    // Meanwhile somebody locks one of them.
    fake.change('thread_vi', { state: 'locked' });
    await user.click(chosen.getByRole('button', { name: 'Delete' }));
    const refused = within(screen.getByRole('dialog')).getByTestId('refusals');
    expect(refused.textContent).toContain('Visa for the Lisbon trip');
    expect(refused.textContent).toContain('This thread is locked.');
    expect([lease, 'thread_pa'].map((id) => fake.get(id).thread.deletedAt === null)).toEqual([false, false]);
  });

  it('says why nothing could be done, and tries exactly that again', async () => {
    const { fake, user } = await review();
    fake.refuse.set('change_threads', refusal('storage_full'));
    await user.click(row('Visa for the Lisbon trip').getByRole('button', { name: 'Delete' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('The disk is full.');
    expect(due().getByText('Visa for the Lisbon trip')).toBeTruthy();
    fake.refuse.clear();
    await user.click(within(alert).getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(fake.get('thread_vi').thread.deletedAt).not.toBeNull());
    await screen.findByText('1 thread moved to the bin.');
  });

  it('is exported before it goes, one or some', async () => {
    const { user } = await review();
    await user.click(row('Visa for the Lisbon trip').getByRole('button', { name: 'Export…' }));
    expect(screen.getByRole('dialog').textContent).toContain('Visa for the Lisbon trip');
  });

  it('stays a failure while something else beside it succeeds', async () => {
    const fake = story({ old: true });
    fake.refuse.set('due_threads', refusal('storage_error'));
    const user = await open(fake);
    await user.keyboard('{Control>},{/Control}');
    await user.click(await screen.findByRole('tab', { name: 'Retention' }));
    await bin().findByText('Names for the boat');
    expect(screen.queryByText('Nothing is due.')).toBeNull();
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('The store could not be read or written.');
    fake.refuse.clear();
    await user.click(within(alert).getByRole('button', { name: 'Load again' }));
    await due().findByText('Renewal of the office lease');
    expect(screen.queryByRole('alert')).toBeNull();
  });
});

describe('the rules', () => {
  it('are changed at once, and nonsense is not taken', async () => {
    const { fake, user } = await review();
    const days = screen.getByRole<HTMLInputElement>('spinbutton', { name: 'Days without a message' });
    await user.clear(days);
    await user.type(days, '120{Tab}');
    await waitFor(() => expect(fake.settings.retention.inactivityDays).toBe(120));
    await waitFor(() => expect(due().queryByText('Palette for the slides')).toBeNull());
    await user.clear(days);
    await user.type(days, '0{Tab}');
    expect(days.value).toBe('120');
    expect(fake.settings.retention.inactivityDays).toBe(120);
    await user.click(screen.getByRole('radio', { name: /Clean up by itself/ }));
    await waitFor(() => expect(fake.settings.retention.mode).toBe('automatic'));
  });
});

describe('a clean-up', () => {
  it('names what it put into the bin, until that was seen', async () => {
    const fake = story({ old: true });
    const names = ['Names for the boat', 'Packing list', 'Wine list', 'Old jokes'];
    fake.notice = {
      object: 'retention_report', mode: 'automatic', erased: [], heldUntil: null, noticed: [],
      binned: names.map((title, i) => ({ id: `b${i}`, title, erasesAt: null })),
    };
    const user = await open(fake);
    const notice = await screen.findByTestId('cleaned');
    expect(notice.textContent).toContain('Clean-up put 4 threads into the bin: Names for the boat, Packing list, Wine list, and 1 more.');
    await clean();
    await user.click(within(notice).getByRole('button', { name: 'Dismiss' }));
    await waitFor(() => expect(screen.queryByTestId('cleaned')).toBeNull());
    expect(fake.did('dismiss_retention_notice')).toHaveLength(1);
  });
});

describe('the bin', () => {
  it('says when each thread goes, and gives it back', async () => {
    const { fake, user } = await review();
    expect(retention.goesOn('2026-11-11T14:06:00.000Z')).toBe('2026-12-11T14:06:00.000Z');
    expect((await bin().findByText('Names for the boat')).closest('li')?.textContent).toContain('Erased on');
    await user.click(bin().getByRole('button', { name: 'Put back: Names for the boat' }));
    await bin().findByText('The bin is empty.');
    expect(fake.get('thread_gone').thread.deletedAt).toBeNull();
  });

  it('is emptied only after it was said exactly what happens', async () => {
    const { fake, user } = await review();
    await user.click(await bin().findByRole('button', { name: 'Empty the bin…' }));
    expect(bin().getByRole('group').textContent).toContain('1 thread and all its messages will be erased now');
    expect(bin().getByRole('group').textContent).toContain('This cannot be undone.');
    await clean();
    await user.click(bin().getByRole('button', { name: 'Erase 1 thread' }));
    await bin().findByText('The bin is empty.');
    expect(fake.did('empty_bin')).toEqual([{ confirmed: true }]);
    expect(fake.threads.has('thread_gone')).toBe(false);
    expect(sidebar.filter).toBe('all');
    await screen.findByText('1 thread erased.');
  });

  it('says while it is emptied that it is, and at the end how many are gone', async () => {
    const fake = story({ old: true });
    const gone = new Date(fake.now).toISOString();
    for (let n = 1; n < 40; n++) fake.add(`gone${n}`, `Gone ${n}`, null, 'open', n).thread.deletedAt = gone;
    const answer = fake.on_empty_bin.bind(fake);
    let done = () => {};
    fake.on_empty_bin = (args) => new Promise<void>((resolve) => (done = resolve)).then(() => answer(args)) as never;
    const { user } = await review(fake);
    await user.click(await bin().findByRole('button', { name: 'Empty the bin…' }));
    await user.click(bin().getByRole('button', { name: 'Erase 40 threads' }));
    await waitFor(() => expect(bin().getByRole('status').textContent).toBe('Erasing 40 threads.'));
    expect(bin().queryByRole('button', { name: /Empty the bin|Erase/ })).toBeNull();
    await clean();
    done();
    await bin().findByText('The bin is empty.');
    await screen.findByText('40 threads erased.');
  });

  it('says why it was not emptied, and can be emptied then', async () => {
    const { fake, user } = await review();
    fake.refuse.set('empty_bin', refusal('storage_full'));
    await user.click(await bin().findByRole('button', { name: 'Empty the bin…' }));
    await user.click(bin().getByRole('button', { name: 'Erase 1 thread' }));
    expect((await screen.findByRole('alert')).textContent).toContain('The disk is full.');
    await bin().findByRole('button', { name: 'Empty the bin…' });
    expect(bin().getByRole('status').textContent).toBe('');
  });
});
