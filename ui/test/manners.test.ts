// What the window has to do with the desktop: telling of replies, threads asked for from outside.
import { emit } from '@tauri-apps/api/event';
import { screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, it, vi } from 'vitest';
import { pane } from '../src/state/pane.svelte';
import { streams } from '../src/state/streams.svelte';
import type { Response } from '../src/generated/Response';
import { story } from './story';
import { button, open } from './window';

const reply = (fake: ReturnType<typeof story>, change: Partial<Response> = {}): Response => ({
  ...fake.response('acme'), status: 'completed', createdAt: new Date(Date.now() - 5000).toISOString(), ...change,
});

afterEach(() => void window.dispatchEvent(new Event('focus')));

it('a reply that ran when the person left is told of once it has ended, without its text', async () => {
  const fake = story();
  await open(fake);
  vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  window.dispatchEvent(new Event('blur'));
  streams.hear({ type: 'ended', response: reply(fake) });
  await waitFor(() => expect(fake.did('tell_of_reply')).toEqual([{ thread: 'acme', untitled: 'A thread', words: 'The reply is there.' }]));
});

it('nothing is told of at the window, of what was stopped, of a temporary chat, or of what others asked', async () => {
  const fake = story();
  await open(fake);
  streams.hear({ type: 'ended', response: reply(fake) });
  vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  window.dispatchEvent(new Event('blur'));
  streams.hear({ type: 'ended', response: reply(fake, { status: 'cancelled' }) });
  streams.hear({ type: 'ended', response: reply(fake, { thread: null }) });
  streams.hear({ type: 'ended', response: reply(fake, { createdAt: new Date(Date.now() + 5000).toISOString() }) });
  streams.hear({ type: 'ended', response: reply(fake, { status: 'failed' }) });
  await waitFor(() => expect(fake.did('tell_of_reply').map((each) => each['words'])).toEqual(['The reply broke off.']));
});

it('a thread that is asked for from outside is opened, at the start and later', async () => {
  const fake = story();
  const [first, second] = [...fake.threads.keys()];
  fake.wanted = first ?? '';
  await open(fake);
  await waitFor(() => expect(pane.id).toBe(first));
  fake.wanted = second ?? '';
  await emit('wanted');
  await waitFor(() => expect(pane.id).toBe(second));
});

it('the main menu shows what can be done anywhere, with its keys', async () => {
  const user = await open(story());
  await user.click(button(/Main menu/));
  const items = await screen.findAllByRole('menuitem');
  expect(items.map((each) => each.textContent?.trim().replace(/\s+/g, ' '))).toContain('New thread Ctrl+N');
  await user.click(screen.getByRole('menuitem', { name: /Command palette/ }));
  expect(await screen.findByRole('dialog', { name: 'Command palette' })).toBeTruthy();
});
