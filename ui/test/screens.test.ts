// Each screen that fetches something: nothing there, still loading, failed, and full.
import { screen, waitFor, within } from '@testing-library/svelte';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { api } from '../src/state/api.svelte';
import { dialogs } from '../src/state/dialogs.svelte';
import { endpoints } from '../src/state/endpoints.svelte';
import { prompts } from '../src/state/prompts.svelte';
import { retention } from '../src/state/retention.svelte';
import { search } from '../src/state/search.svelte';
import { settings } from '../src/state/settings.svelte';
import { sidebar } from '../src/state/sidebar.svelte';
import { signing } from '../src/state/signing.svelte';
import { usage } from '../src/state/usage.svelte';
import { refusal, type Fake } from './fake';
import { story } from './story';
import { open } from './window';

type Screen = {
  command: string;
  /** Forgets what an earlier test fetched. */
  forget: () => void;
  show: (user: UserEvent) => unknown;
  region: () => HTMLElement;
  /** Takes everything away, and the words for that. */
  empty?: [(fake: Fake) => void, RegExp];
  /** Puts there what is to be seen, where the story has none of it. */
  fill?: (fake: Fake) => unknown;
  full: RegExp;
};

const waiting = /^(Loading|Searching)$/;
const dialog = () => screen.getByRole('dialog');
const tab = (name: 'endpoints' | 'usage' | 'retention' | 'api' | 'security' | 'about') => () => dialogs.settings(name);

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
};

describe.each(Object.entries(screens))('%s', (_name, { command, forget, show, region, empty, fill, full }) => {
  async function shown(prepare: (fake: Fake) => void) {
    const fake = story({ old: true });
    const user = await open(fake);
    forget();
    prepare(fake);
    void show(user);
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
