// The list of threads: choosing many and what is done with them, dragging, folding, arranging, typing ahead.
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { refusal } from './fake';
import { Layout } from '../src/sidebar/layout';
import { selection } from '../src/state/selection.svelte';
import { sidebar } from '../src/state/sidebar.svelte';
import { story } from './story';
import { button, clean, open } from './window';

// Nothing has a height here, and what has none shows nothing.
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 700 });

const memo = 'acme_tp_2026_11';
const row = (id: string) => document.querySelector<HTMLElement>(`[data-thread="${id}"]`)!;
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-row]')];
const bar = () => screen.findByTestId('bulk');
const chosen = () => rows().filter((each) => each.getAttribute('aria-pressed') === 'true').map((each) => each.dataset['thread']);

describe('choosing', () => {
  it('adds with Ctrl, stretches with Shift, and Escape chooses none', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>}');
    await user.click(row(memo));
    await user.click(row('thread_ob'));
    await user.keyboard('{/Control}');
    expect(chosen()).toEqual([memo, 'thread_ob']);
    expect((await bar()).textContent).toContain('2 threads chosen');
    expect(fake.opened).toEqual([]);
    await clean();
    await user.keyboard('{Shift>}');
    await user.click(row('thread_rt'));
    await user.keyboard('{/Shift}');
    await waitFor(() => expect(chosen()).toEqual(['thread_ob', 'thread_rt']));
    row('thread_rt').focus();
    await user.keyboard('{Escape}');
    expect(screen.queryByTestId('bulk')).toBeNull();
  });

  it('shows the state beside the box, and Escape chooses none wherever the focus is', async () => {
    const fake = story();
    const user = await open(fake, 'acme_tp_2026_11');
    const line = (id: string) => document.querySelector<HTMLElement>(`[data-thread=${id}]`)!;
    const states = (id: string) => [...line(id).querySelectorAll('use')].map((use) => use.getAttribute('href'));
    const before = states('thread_q3');
    await user.keyboard('{Control>}');
    await user.click(line('thread_q3'));
    await user.keyboard('{/Control}');
    expect(line('thread_q3').getAttribute('aria-pressed')).toBe('true');
    expect(states('thread_q3')).toEqual(expect.arrayContaining(before));
    screen.getByRole('textbox', { name: 'Write a message' }).focus();
    await user.keyboard('{Escape}');
    expect(selection.count).toBe(0);
  });

  it('goes by keys alone: Shift with arrows, Ctrl with space, Ctrl+A', async () => {
    const user = await open(story());
    row(memo).focus();
    await user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
    await waitFor(() => expect(chosen()).toHaveLength(3));
    await user.keyboard('{Control>} {/Control}');
    await waitFor(() => expect(chosen()).toHaveLength(2));
    await user.keyboard('{Control>}a{/Control}');
    expect((await bar()).textContent).toContain('7 threads chosen');
  });

  it('names all of 10,000 threads without naming one of them', async () => {
    const fake = story({ many: true });
    const user = await open(fake);
    await waitFor(() => expect(rows().length).toBeGreaterThan(3));
    rows()[0]!.focus();
    await user.keyboard('{Control>}a{/Control}');
    await user.keyboard('{Control>}');
    await user.click(row(memo));
    await user.keyboard('{/Control}');
    expect(selection.count).toBe(10_006);
    await user.click(within(await bar()).getByRole('button', { name: 'Pin to the top' }));
    await waitFor(() => expect(fake.did('change_threads')).toHaveLength(1));
    expect(fake.did('change_threads')[0]).toMatchObject({ chosen: { kind: 'listed', except: [memo] }, change: { kind: 'pin', pinned: true } });
    expect(fake.did('sidebar_ids')).toEqual([]);
    await waitFor(() => expect(sidebar.groups.find((group) => group.pinned)?.count).toBe(10_006));
    expect(within(screen.getByRole('navigation')).getByRole('button', { name: /^Pinned 10,006 threads/ }).textContent).toContain('10,006');
  });
});

describe('what is chosen', () => {
  it('is locked in one call; what was refused is told with its reason; Undo brings the rest back', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>}');
    for (const id of [memo, 'thread_ob', 'thread_sd']) await user.click(row(id));
    await user.keyboard('{/Control}');
    await user.click(within(await bar()).getByRole('button', { name: 'Lock' }));
    const refusals = await screen.findByTestId('refusals');
    expect(refusals.textContent).toContain('1 thread was left as it was:');
    expect(refusals.textContent).toContain('Onboarding workshop');
    expect(fake.get(memo).thread.state).toBe('locked');
    await clean();
    expect(screen.queryByTestId('bulk')).toBeNull();
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect([memo, 'thread_sd'].map((id) => fake.get(id).thread.state)).toEqual(['open', 'open']));
    expect(fake.get('thread_ob').thread.state).toBe('archived');
  });

  it('is archived only after it was said what that means', async () => {
    const fake = story();
    const user = await open(fake);
    await user.keyboard('{Control>}');
    for (const id of [memo, 'thread_q3']) await user.click(row(id));
    await user.keyboard('{/Control}');
    await user.click(within(await bar()).getByRole('button', { name: 'Archive…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Archive 2 threads?' });
    expect(dialog.textContent).toContain('can never be changed again');
    expect(fake.did('change_threads')).toEqual([]);
    await clean();
    await user.click(within(dialog).getByRole('button', { name: 'Archive for good' }));
    await waitFor(() => expect(fake.get('thread_q3').thread.state).toBe('archived'));
    await screen.findByText('2 threads archived for good.');
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  it('goes to the bin and comes back, and the thread on show makes room', async () => {
    const fake = story();
    const user = await open(fake, memo);
    await user.keyboard('{Control>}');
    for (const id of [memo, 'thread_rs']) await user.click(row(id));
    await user.keyboard('{/Control}');
    await fireEvent.contextMenu(row('thread_rs'), { clientX: 40, clientY: 40 });
    await user.click(within(screen.getByRole('menu', { name: '2 threads chosen' })).getByRole('menuitem', { name: /^Delete/ }));
    await waitFor(() => expect(row(memo)).toBeNull());
    await user.click(button('Undo'));
    await waitFor(() => expect(fake.get(memo).thread.deletedAt).toBeNull());
  });

  it('says when it cannot be had', async () => {
    const fake = story();
    const user = await open(fake);
    fake.refuse.set('change_threads', refusal('store_read_only'));
    await user.keyboard('{Control>}');
    await user.click(row(memo));
    await user.keyboard('{/Control}');
    await user.click(within(await bar()).getByRole('button', { name: 'Delete' }));
    expect((await screen.findByRole('alert')).textContent).toContain('can only be read');
  });
});

describe('a client', () => {
  it('is set from the menu, completed from those there are', async () => {
    const fake = story();
    const user = await open(fake);
    row('thread_sd').focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await user.click(within(screen.getByRole('menu')).getByRole('menuitem', { name: 'Set client…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Client of “Sourdough hydration maths”' });
    const field = within(dialog).getByRole('combobox', { name: 'Client' });
    await waitFor(() => expect(document.activeElement).toBe(field));
    await within(dialog).findByRole('option', { name: 'Helvetia Logistics' });
    await clean();
    await user.type(field, 'helv{ArrowDown}{Enter}');
    await waitFor(() => expect(fake.get('thread_sd').thread.metadata['client']).toBe('Helvetia Logistics'));
    await user.click(await screen.findByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(fake.get('thread_sd').thread.metadata).not.toHaveProperty('client'));
  });

  it('is there to be changed, and goes only with the button that says so', async () => {
    const fake = story();
    const user = await open(fake);
    const client = () => fake.get('acme_tp_2026_11').thread.metadata['client'];
    row('acme_tp_2026_11').focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await user.click(within(screen.getByRole('menu')).getByRole('menuitem', { name: 'Set client…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Client of “Transfer pricing memo”' });
    const field = within(dialog).getByRole<HTMLInputElement>('combobox', { name: 'Client' });
    await waitFor(() => expect(field.value).toBe('Acme GmbH'));
    await user.clear(field);
    await user.keyboard('{Enter}');
    expect(client()).toBe('Acme GmbH');
    await user.click(within(dialog).getByRole('button', { name: 'Remove the client' }));
    await screen.findByText('1 thread has no client now.');
    expect(client()).toBeUndefined();
  });

  it('is given by dragging onto its group, with a mark where it would land', async () => {
    const fake = story();
    await open(fake);
    const to = row('thread_rt').closest('[data-in-group]')!;
    document.elementFromPoint = () => to;
    await fireEvent.pointerDown(row('thread_rs'), { button: 0, clientX: 50, clientY: 300 });
    await fireEvent.pointerMove(window, { clientX: 52, clientY: 298 });
    expect(screen.queryByTestId('dragged')).toBeNull();
    await fireEvent.pointerMove(window, { clientX: 60, clientY: 120 });
    expect((await screen.findByTestId('dragged')).textContent).toContain('Rust lifetimes, slowly → Helvetia Logistics');
    expect(document.querySelector('.target')).toBeTruthy();
    await fireEvent.keyDown(window, { key: 'Escape' });
    await fireEvent.pointerUp(window, { clientX: 60, clientY: 120 });
    expect(fake.did('change_threads')).toEqual([]);
    await fireEvent.pointerDown(row('thread_rs'), { button: 0, clientX: 50, clientY: 300 });
    await fireEvent.pointerMove(window, { clientX: 60, clientY: 120 });
    await fireEvent.pointerUp(window, { clientX: 60, clientY: 120 });
    await waitFor(() => expect(fake.get('thread_rs').thread.metadata['client']).toBe('Helvetia Logistics'));
    await screen.findByText('1 thread is now under Helvetia Logistics.');
  });
});

describe('the list', () => {
  it('folds groups with a click or the arrows, and remembers them', async () => {
    const fake = story();
    const user = await open(fake);
    const heading = () => screen.getByRole('button', { name: /^Helvetia Logistics/ });
    await user.click(heading());
    expect(heading().getAttribute('aria-expanded')).toBe('false');
    expect(row('thread_rt')).toBeNull();
    expect(fake.settings.folded).toEqual(['client=Helvetia Logistics']);
    await clean();
    row('thread_ob').focus();
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(document.activeElement).toBe(heading()));
    await user.keyboard('{ArrowRight}');
    await waitFor(() => expect(row('thread_rt')).toBeTruthy());
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(document.activeElement).toBe(row('thread_rt')));
    await user.keyboard('{ArrowLeft}');
    await waitFor(() => expect(document.activeElement).toBe(heading()));
  });

  it('goes to the title that is typed', async () => {
    const user = await open(story());
    row(memo).focus();
    await user.keyboard('ru');
    await waitFor(() => expect(document.activeElement).toBe(row('thread_rs')));
    await user.keyboard('{Home}');
    await waitFor(() => expect(document.activeElement).toBe(row(memo)));
    await user.keyboard('{End}');
    await waitFor(() => expect(document.activeElement).toBe(row('thread_rs')));
  });

  it('narrows with each letter and asks only for the last of many', async () => {
    const fake = story();
    const user = await open(fake);
    const before = fake.did('sidebar').length;
    screen.getByRole('searchbox', { name: 'Search everything' }).focus();
    await user.keyboard('incident');
    await waitFor(() => expect(rows().map((each) => each.dataset['thread'])).toEqual(['thread_in']));
    expect(fake.did('sidebar').length - before).toBeLessThanOrEqual('incident'.length);
    expect(button('Search messages for “incident”')).toBeTruthy();
    await user.keyboard('x');
    await screen.findByText('No thread is called that.');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(rows()).toHaveLength(7));
  });
});

describe('a layout with folded groups', () => {
  const groups = [3, 1, 4].map((count, i) => ({ name: `g${i}`, pinned: false, count }));
  const layout = new Layout(groups, 10, 20, (group) => group.name === 'g1');

  it('stops at lines and folded headings, each where it stands', () => {
    expect(layout.stops).toBe(8);
    expect([2, 3, 4].map((stop) => layout.rowAt(stop))).toEqual([2, null, 4]);
    expect([0, 3, 4].map((index) => layout.stopOf(index))).toEqual([0, 3, 4]);
    expect(layout.placeOf(3)).toEqual({ y: 50, height: 20 });
    expect(layout.placeOf(4)).toEqual({ y: 90, height: 10 });
    expect(layout.height).toBe(130);
  });

  it('stretches only over what can be seen', () => {
    expect(layout.seen(5, 1)).toEqual([{ first: 1, count: 2 }, { first: 4, count: 2 }]);
  });
});
