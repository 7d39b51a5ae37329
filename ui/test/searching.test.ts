// The search as a place, finding within a thread, and the words of both.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { filtersOf, withFilter } from '../src/search/filters';
import { marksIn } from '../src/search/terms';
import { find } from '../src/state/find.svelte';
import { pane } from '../src/state/pane.svelte';
import { search } from '../src/state/search.svelte';
import { refusal } from './fake';
import { story } from './story';
import { button, clean, open } from './window';

const memo = 'acme_tp_2026_11';
const field = () => screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search all messages' });
const hits = () => [...document.querySelectorAll<HTMLElement>('[data-hit]')];

describe('the filters of a query', () => {
  it('are read and set among its words, which stay', () => {
    const query = 'memo state:locked client:"Acme GmbH" "a phrase" metadata.matter:TP-1';
    expect(filtersOf(query)).toEqual([
      { key: 'state', value: 'locked' },
      { key: 'client', value: 'Acme GmbH' },
      { key: 'metadata.matter', value: 'TP-1' },
    ]);
    expect(withFilter(query, 'state', 'open')).toBe('memo client:"Acme GmbH" "a phrase" metadata.matter:TP-1 state:open');
    expect(withFilter('memo', 'client', 'Acme GmbH')).toBe('memo client:"Acme GmbH"');
    expect(withFilter('role:user', 'role', null)).toBe('');
    expect(filtersOf('https://a.example restate:x')).toEqual([]);
  });
});

describe('marks', () => {
  const marked = (text: string, ...terms: [string, boolean][]) =>
    marksIn(text, terms.map(([words, prefix]) => ({ words: words.split(' '), prefix }))).map(({ start, end }) => text.slice(start, end));

  it('stand where the index finds the words, in any script', () => {
    expect(marked('Send the memo on Pricing-rules.', ['pricing', true], ['the memo', false])).toEqual(['the memo', 'Pricing']);
    expect(marked('Café crème', ['creme', true])).toEqual(['crème']);
    expect(marked('我在东京工作', ['东 京', false])).toEqual(['东京']);
    expect(marked('needles and needle', ['needle', false])).toEqual(['needle']);
    expect(marked('needles', ['needle', true])).toEqual(['needles']);
    expect(marked('nothing', ['x', true])).toEqual([]);
  });
});

describe('the search', () => {
  it('says what can be typed, groups what it finds, and is walked by arrows', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>}{Shift>}F{/Shift}{/Control}');
    await waitFor(() => expect(document.activeElement).toBe(field()));
    expect(screen.getByText('state:locked')).toBeTruthy();
    await clean();
    await user.keyboard('the');
    await waitFor(() => expect(hits().length).toBeGreaterThan(3));
    expect(screen.getByRole('heading', { name: /Transfer pricing memo/ }).textContent).toContain('Acme GmbH');
    await clean();
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(hits()[0]);
    await user.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(hits()[1]);
    await user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement).toBe(field()));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(search.shown).toBe(false));
  });

  it('opens a message with the others of its thread at hand, and goes back to the same place', async () => {
    const fake = story();
    const user = await open(fake);
    search.show('the');
    await waitFor(() => expect(hits().length).toBeGreaterThan(3));
    const hit = hits()[1]!;
    const id = hit.dataset['hit'];
    await user.click(hit);
    const bar = await screen.findByRole('search', { name: 'Find in this thread' });
    await waitFor(() => expect(within(bar).getByRole('status').textContent).toMatch(/^\d of \d$/));
    expect(find.current).toBe(id);
    const at = find.at;
    await user.keyboard('{F3}');
    expect(find.at).toBe((at + 1) % find.hits.length);
    await user.keyboard('{Shift>}{F3}{/Shift}');
    expect(find.at).toBe(at);
    await clean();
    await user.click(within(bar).getByRole('button', { name: 'Results' }));
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset['hit']).toBe(id));
  });

  it('is narrowed by its menus, and what was typed is a chip to take away', async () => {
    const fake = story();
    const user = await open(fake);
    search.show('memo model:gpt');
    await user.click(await screen.findByRole('button', { name: 'State' }));
    await user.click(within(screen.getByRole('menu', { name: 'State' })).getByRole('menuitemradio', { name: 'Locked' }));
    await waitFor(() => expect(field().value).toBe('memo model:gpt state:locked'));
    expect(button('State: Locked')).toBeTruthy();
    await user.click(button('Without model:gpt'));
    await waitFor(() => expect(field().value).toBe('memo state:locked'));
    await waitFor(() => expect(fake.did('search').at(-1)).toMatchObject({ query: 'memo state:locked' }));
    await clean();
  });

  it('looks again when the same words are asked for again', async () => {
    const fake = story();
    const user = await open(fake);
    const everything = screen.getByRole('searchbox', { name: 'Search everything' });
    await user.type(everything, 'the{Enter}');
    await waitFor(() => expect(hits().length).toBeGreaterThan(3));
    const asked = fake.did('search').length;
    await user.type(everything, '{Enter}');
    await waitFor(() => expect(fake.did('search').length).toBe(asked + 1));
  });

  it('says what it did not find, and what failed', async () => {
    const fake = story();
    await open(fake);
    search.show('nothingofthekind');
    await screen.findByText('No message has “nothingofthekind”.');
    fake.refuse.set('search', refusal('storage_error'));
    search.show('the');
    expect((await screen.findByRole('alert')).dataset['code']).toBe('storage_error');
    fake.refuse.clear();
    search.again();
    await waitFor(() => expect(hits().length).toBeGreaterThan(0));
  });
});

describe('finding in a thread', () => {
  it('opens where the messages have the focus, counts, and leads everywhere', async () => {
    const fake = story();
    const user = await open(fake, memo);
    screen.getByTestId('messages').focus();
    await user.keyboard('{Control>}f{/Control}');
    const seek = await screen.findByRole('searchbox', { name: 'Find in this thread' });
    await waitFor(() => expect(document.activeElement).toBe(seek));
    await user.keyboard('the');
    const bar = screen.getByRole('search', { name: 'Find in this thread' });
    await waitFor(() => expect(within(bar).getByRole('status').textContent).toBe(`1 of ${find.hits.length}`));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(find.at).toBe(1));
    expect(pane.id).toBe(memo);
    await user.clear(seek);
    await user.keyboard('nothingofthekind');
    await waitFor(() => expect(within(bar).getByRole('status').textContent).toBe('no match'));
    await user.click(within(bar).getByRole('button', { name: 'Everywhere' }));
    await waitFor(() => expect(field().value).toBe('nothingofthekind'));
    await fireEvent.keyDown(field(), { key: 'Escape' });
    await waitFor(() => expect(search.shown).toBe(false));
  });
});
