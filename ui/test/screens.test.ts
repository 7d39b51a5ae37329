// Each screen that fetches something: nothing there, still loading, failed, and full.
import { screen, waitFor, within } from '@testing-library/svelte';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { api } from '../src/state/api.svelte';
import { backups } from '../src/state/backups.svelte';
import { dialogs } from '../src/state/dialogs.svelte';
import { endpoints } from '../src/state/endpoints.svelte';
import { pane } from '../src/state/pane.svelte';
import { prompts } from '../src/state/prompts.svelte';
import { receipts } from '../src/state/receipts.svelte';
import { retention } from '../src/state/retention.svelte';
import { seals } from '../src/state/seals.svelte';
import { search } from '../src/state/search.svelte';
import { settings } from '../src/state/settings.svelte';
import { sidebar } from '../src/state/sidebar.svelte';
import { signing } from '../src/state/signing.svelte';
import { temporary } from '../src/state/temporary.svelte';
import { usage } from '../src/state/usage.svelte';
import { refusal, type Fake } from './fake';
import { story } from './story';
import { open } from './window';

type Screen = {
  command: string;
  /** Forgets what an earlier test fetched. */
  forget: () => void;
  show: (user: UserEvent, fake: Fake) => unknown;
  region: () => HTMLElement;
  /** Takes everything away, and the words for that. */
  empty?: [(fake: Fake) => void, RegExp];
  /** Puts there what is to be seen, where the story has none of it. */
  fill?: (fake: Fake) => unknown;
  full: RegExp;
  /** What is said while it is fetched, where that is something else. */
  waiting?: RegExp;
};

const usual = /^(Loading|Searching)$/;
const memo = 'acme_tp_2026_11';
const dialog = () => screen.getByRole('dialog');
const inspector = () => screen.getByRole('complementary');
const tab = (name: 'endpoints' | 'usage' | 'retention' | 'backup' | 'api' | 'security' | 'about') => () => dialogs.settings(name);

const screens: Record<string, Screen> = {
  'what is due': {
    command: 'due_threads', forget: () => ((retention.loaded = false), (retention.due = [])), show: tab('retention'), region: () => screen.getByTestId('due'),
    empty: [(fake) => fake.threads.clear(), /Nothing is due\./], full: /Renewal of the office lease/,
  },
  'the bin': {
    command: 'sidebar', forget: () => (retention.binLoaded = false), show: tab('retention'), region: () => screen.getByTestId('bin'),
    empty: [(fake) => fake.threads.clear(), /The bin is empty\./], full: /Names for the boat/,
  },
  'the endpoints': { command: 'list_endpoints', forget: () => ((endpoints.loaded = false), (endpoints.list = [])), show: () => (tab('endpoints')(), endpoints.load()), region: dialog, full: /api\.openai\.com/ },
  usage: { command: 'usage_report', forget: () => (usage.report = null), show: tab('usage'), region: () => screen.getByRole('tabpanel'), empty: [(fake) => fake.threads.clear(), /Nothing was asked yet\./], full: /All together/ },
  'the local API': { command: 'api_state', forget: () => (api.state = null), show: tab('api'), region: () => screen.getByRole('tabpanel'), empty: [() => {}, /^Off$/], fill: (fake) => (fake.settings.api.enabled = true), full: /^Running$/ },
  'the last backup': {
    command: 'last_backup', forget: () => ((backups.loaded = false), (backups.last = null)), show: tab('backup'), region: () => screen.getByRole('tabpanel'), empty: [() => {}, /No backup of this store/],
    fill: (fake) => (fake.lastBackup = { path: '/media/anna/disk/skein.db', size: 1, threads: 7, messages: 12, madeAt: '2026-11-20T09:00:00.000Z' }), full: /Last backup:/,
  },
  'the signing key': { command: 'signing_key', forget: () => (signing.key = null), show: tab('security'), region: () => screen.getByRole('tabpanel'), full: /aaa0/ },
  'about the program': { command: 'about', forget: () => (settings.about = null), show: () => (tab('about')(), settings.loadAbout()), region: () => screen.getByRole('tabpanel'), full: /0\.1\.0/ },
  'stored prompts': { command: 'list_prompts', forget: () => ((prompts.loaded = false), (prompts.list = [])), show: () => dialogs.show({ kind: 'prompts', id: null }), region: dialog, empty: [() => {}, /A prompt is a text/], fill: (fake) => fake.prompt('Greeting', 'Hello there'), full: /Greeting/ },
  'the list of threads': {
    command: 'sidebar', forget: () => (sidebar.loaded = false), show: () => sidebar.refresh(), region: () => screen.getByRole('navigation', { name: 'Threads' }),
    empty: [(fake) => fake.threads.clear(), /No threads here\./], full: /Transfer pricing memo/,
  },
  'the search': {
    command: 'search', forget: () => search.stop(), show: () => (search.show(), search.type('outline')), region: () => screen.getByRole('main'),
    empty: [(fake) => fake.threads.clear(), /No message has/], full: /outline/,
  },
  'a temporary chat': {
    command: 'open_chain', forget: () => (temporary.chat = null), region: () => screen.getByTestId('temporary'),
    show: async (_, fake) => {
      await temporary.begin();
      if (fake.refuse.has('respond_in_chain')) return;
      temporary.chat?.type('Where is the depot?');
      await temporary.chat?.send();
    },
    empty: [(fake) => fake.refuse.set('respond_in_chain', refusal('storage_full')), /A chat that leaves nothing behind/], full: /Where is the depot\?/,
  },
  'the days of a thread': {
    command: 'thread_days', forget: () => {}, region: dialog, show: async () => (await pane.open(memo), dialogs.show({ kind: 'days', thread: memo })),
    empty: [(fake) => (fake.get(memo).tip = null), /Nothing was said here yet\./], full: /3 messages/,
  },
  'versions beside each other': {
    command: 'compare_messages', forget: () => {}, region: dialog, full: /648 g\./,
    show: (_, fake) => {
      const versions = fake.get('thread_sd').messages.map((each) => each.id);
      dialogs.show({ kind: 'versions', thread: 'thread_sd', versions, first: versions[0] ?? '', second: versions[1] ?? '' });
    },
  },
  'the history': { command: 'list_history', forget: () => {}, show: () => pane.open(memo), region: inspector, fill: (fake) => fake.note(fake.get(memo), 'exported'), full: /^Exported$/ },
  'the usage of a thread': { command: 'usage_around', forget: () => (usage.around = null), show: () => pane.open(memo), region: inspector, full: /^This month$/ },
  'what the model saw': { command: 'get_receipt', forget: () => (receipts.shown = null), show: () => pane.open(memo), region: inspector, full: /3 messages were sent\./ },
  'the seal': { command: 'get_seal', forget: () => seals.forget(), show: () => pane.open('thread_q3'), region: inspector, full: /^Sealed / },
  'checking every seal': {
    command: 'verify_all', forget: () => ((seals.job = null), (seals.all = null)), region: () => screen.getByRole('tabpanel'), waiting: /^checking…$/,
    show: async (user) => (tab('security')(), user.click(await screen.findByRole('button', { name: 'Check all' }))),
    empty: [(fake) => fake.threads.clear(), /There is nothing to check/], full: /All are what was sealed\./,
  },
  prices: {
    command: 'list_prices', forget: () => (usage.prices = []), region: () => screen.getByTestId('prices'),
    show: async (user) => (tab('endpoints')(), user.click(within(await screen.findByRole('region', { name: 'OpenAI' })).getByRole('button', { name: 'Prices' }))),
    empty: [() => {}, /No price was entered yet\./], fill: (fake) => (fake.prices = [{ endpoint: 'OpenAI', model: 'gpt-4.1', input: '2', output: '8', currency: 'USD' }]), full: /^gpt-4\.1$/,
  },
};

describe.each(Object.entries(screens))('%s', (_name, { command, forget, show, region, empty, fill, full, waiting = usual }) => {
  async function shown(prepare: (fake: Fake) => void) {
    const fake = story({ old: true });
    const user = await open(fake);
    forget();
    prepare(fake);
    void show(user, fake);
    return fake;
  }

  const holds = (words: RegExp) => waitFor(() => expect(within(region()).queryAllByText(words)).not.toEqual([]));

  it('says that it is loading, and nothing that is not known', async () => {
    await shown((fake) => fake.hold.add(command));
    await holds(waiting);
    if (empty) expect(within(region()).queryAllByText(empty[1])).toEqual([]);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('says what failed, with the way to try it again', async () => {
    const fake = await shown((fake) => (fill?.(fake), fake.refuse.set(command, refusal('storage_full'))));
    const alert = (await screen.findAllByRole('alert'))[0]!;
    expect(alert.textContent).toContain('The disk is full.');
    expect(within(region()).queryAllByText(waiting)).toEqual([]);
    if (empty) expect(within(region()).queryAllByText(empty[1])).toEqual([]);
    fake.refuse.clear();
    within(alert).getByRole('button', { name: 'Try again' }).click();
    await holds(full);
  });

  if (empty) {
    it('says that there is nothing', async () => {
      await shown(empty[0]);
      await holds(empty[1]);
    });
  }

  it('shows what there is', async () => {
    await shown((fake) => fill?.(fake));
    await holds(full);
    await waitFor(() => expect(within(region()).queryAllByText(waiting)).toEqual([]));
  });
});

describe('the appearance', () => {
  it('is as it was where a change is refused, and changes once that is tried again', async () => {
    const fake = story();
    const user = await open(fake);
    dialogs.settings('appearance');
    const dark = await screen.findByRole<HTMLInputElement>('radio', { name: 'Dark' });
    fake.refuse.set('patch_settings', refusal('storage_full'));
    await user.click(dark);
    const alert = await screen.findByRole('alert');
    expect(alert.closest('dialog')).not.toBeNull();
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('light'));
    fake.refuse.clear();
    within(alert).getByRole('button', { name: 'Try again' }).click();
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
  });
});

it('a bin with more than a page of threads shows all of them, a page at a time', async () => {
  const fake = story();
  for (let n = 0; n < 230; n++) fake.change(fake.add(`old${n}`, `Old thread ${n}`, null, 'open', n).thread.id, { deletedAt: new Date(fake.now).toISOString() });
  const user = await open(fake);
  dialogs.settings('retention');
  const bin = within(await screen.findByTestId('bin'));
  await bin.findByText('And 130 more.');
  await user.click(bin.getByRole('button', { name: 'Show more' }));
  await bin.findByText('And 30 more.');
  await user.click(bin.getByRole('button', { name: 'Put back: Old thread 199' }));
  await bin.findByText('And 29 more.');
  await user.click(bin.getByRole('button', { name: 'Show more' }));
  await bin.findByText('Old thread 229');
  expect(bin.queryByText(/^And /)).toBeNull();
});
