// How the window comes up.
import { render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import App from '../src/App.svelte';
import { pane } from '../src/state/pane.svelte';
import { settings } from '../src/state/settings.svelte';
import { start } from '../src/state/start';
import { Fake, refusal } from './fake';
import { story } from './story';
import { open } from './window';

const memo = 'acme_tp_2026_11';

afterEach(() => void settings.change({ appearance: { theme: 'system', language: null } }));

describe('starting', () => {
  it('shows nothing before it knows how it is to look', async () => {
    const fake = new Fake();
    fake.settings = { ...fake.settings, appearance: { ...fake.settings.appearance, theme: 'dark', language: 'de' } };
    fake.install();
    const show = vi.fn(() => {
      expect(document.documentElement.dataset['theme']).toBe('dark');
      render(App);
      expect(screen.getByRole('region', { name: 'Thread-Liste' })).toBeTruthy();
    });
    const started = start(show);
    expect(show).not.toHaveBeenCalled();
    await started;
    expect(show).toHaveBeenCalledOnce();
  });

  it('does not wait for what takes long', async () => {
    const fake = new Fake();
    fake.hold.add('list_endpoints');
    fake.install();
    void start(() => render(App));
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Write a message' })).toBeTruthy());
  });

  it('shows the window though the settings cannot be read, and says so', async () => {
    const fake = new Fake();
    fake.refuse.set('get_settings', refusal('storage_error'));
    fake.install();
    await start(() => render(App));
    expect(screen.getByRole('textbox', { name: 'Write a message' })).toBeTruthy();
    await waitFor(() => expect(document.body.textContent).toContain('The store could not be read or written'));
  });
});

describe('a reply that ends', () => {
  it('is over in the list, too, where its thread was left just then', async () => {
    const fake = story();
    await open(fake, memo);
    const row = () => document.querySelector(`[data-thread="${memo}"]`)?.textContent;
    fake.begin(fake.get(memo), fake.get(memo).tip ?? '');
    fake.write(memo, 'Nearly done');
    await waitFor(() => expect(row()).toContain('A reply is running'));
    const view = fake.on_open_thread.bind(fake);
    let answer = () => {};
    const left = new Promise<void>((next) => (answer = next));
    vi.spyOn(fake, 'on_open_thread').mockImplementation((args) => left.then(() => view(args)) as never);
    fake.end(memo);
    await pane.fresh();
    answer();
    await waitFor(() => expect(row()).not.toContain('A reply is running'));
  });
});
