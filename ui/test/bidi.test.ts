// What is written from right to left runs so wherever a person's words are shown or typed, and leaves
// the order of the words around it alone. The blocks of messages are Rust's: tests/core/render.
import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { dialogs } from '../src/state/dialogs.svelte';
import { pane } from '../src/state/pane.svelte';
import { composer } from '../src/state/composer.svelte';
import { search } from '../src/state/search.svelte';
import { t } from '../src/state/words.svelte';
import { Fake } from './fake';
import { button, field, open } from './window';

const TITLE = 'מכתב לרשות המסים';
const CLIENT = 'شركة الأمل';
const hebrewOrArabic = /[\p{Script=Hebrew}\p{Script=Arabic}]/u;
const isolated = /\u2068[^\u2069]*\u2069/g;

/** Words from right to left that take their direction from the window: in a text, or in a field. */
function stray(): string[] {
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const apart = node.parentElement?.closest('[dir], bdi, .html, option, [aria-live]');
    if (!apart && hebrewOrArabic.test((node.textContent ?? '').replace(isolated, ''))) found.push(node.parentElement?.outerHTML.slice(0, 200) ?? '');
  }
  for (const input of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')) {
    if (hebrewOrArabic.test(input.value) && input.dir !== 'auto') found.push(input.outerHTML.slice(0, 200));
  }
  return found;
}

function store() {
  const fake = new Fake();
  const kept = fake.add('letter', TITLE, CLIENT, 'open', 1, { نوع: 'عقد' });
  fake.say(kept, 'user', 'שלום, נסח מכתב');
  fake.say(kept, 'assistant', 'הנה המכתב');
  const locked = fake.add('locked', `${TITLE} 2`, CLIENT, 'locked', 2, { نوع: 'عقد' });
  fake.say(locked, 'user', 'שלום');
  fake.prompt('تلخيص', 'لخص هذا: {{النص}}', [CLIENT]);
  return fake;
}

/** Waits for words from right to left in a part of the window, and finds none astray. */
async function settled(part: () => Element | null | undefined) {
  await waitFor(() => expect(hebrewOrArabic.test(part()?.textContent ?? '')).toBe(true));
  expect(stray()).toEqual([]);
}

it('the list, the title, the client and the metadata run as they are written', async () => {
  const user = await open(store(), 'letter');
  await settled(() => document.querySelector('nav'));
  await settled(() => screen.getByTestId('metadata'));
  expect(screen.getByRole('heading', { level: 1 }).dir).toBe('auto');
  await pane.open('locked');
  await settled(() => screen.getByTestId('metadata'));
  await pane.open('letter');
  await user.click(await screen.findByRole('button', { name: /^Client: / }));
  expect(stray()).toEqual([]);
});

it('what is typed runs as it is written: messages, system prompts, stored prompts, searches', async () => {
  const user = await open(store(), 'letter');
  await user.type(field(), 'שלום');
  composer.fold(`שלום\n${'x'.repeat(200)}`);
  composer.asking.tell('ענה בעברית');
  await settled(() => screen.getByTestId('folded'));
  composer.panel = 'system';
  await screen.findByRole('textbox', { name: 'System prompt' });
  expect(stray()).toEqual([]);
  composer.choosing.show();
  await settled(() => document.querySelector('#prompt-list'));
  await user.click(document.querySelector('#prompt-list > li')!);
  await settled(() => screen.getByText('النص'));
  await user.keyboard('{Escape}');
  dialogs.show({ kind: 'prompts', id: 'prompt_1' });
  await settled(() => screen.getByRole('dialog'));
  dialogs.close();
});

it('what is found, in the search and in the palette, runs as it is written', async () => {
  const user = await open(store());
  search.show('שלום');
  await settled(() => document.querySelector('[data-found]'));
  search.show(`client:"${CLIENT}"`);
  await settled(() => screen.getByRole('group', { name: t('search.filters') }));
  search.leave();
  await user.keyboard('{Control>}k{/Control}');
  await user.keyboard('מכתב');
  await settled(() => screen.getByRole('listbox'));
  await user.keyboard('{Escape}');
});

it('a title within a sentence leaves the order of that sentence alone', async () => {
  const user = await open(store());
  expect(t('archive.title', { title: TITLE })).toBe(`Archive “\u2068${TITLE}\u2069”?`);
  expect(t('archive.title', { title: 'Lease' })).toBe('Archive “Lease”?');
  dialogs.show({ kind: 'archive', id: 'letter', title: TITLE, locked: false });
  await settled(() => screen.getByRole('dialog'));
  await user.keyboard('{Escape}');
  dialogs.show({ kind: 'client', chosen: { kind: 'these', ids: ['letter'] }, n: 1, title: TITLE });
  await settled(() => screen.getByRole('dialog'));
  await user.type(within(screen.getByRole('dialog')).getByRole('combobox'), 'شر');
  expect(stray()).toEqual([]);
  await user.click(button('Cancel'));
});
