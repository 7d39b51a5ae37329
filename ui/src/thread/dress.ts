// What Rust's HTML leaves to the window: words in its language, names for those who listen, colours,
// and whether long lines of code wrap, which stays as it was set while a block is drawn anew.
import { colour } from '../state/code';
import { t } from '../state/words.svelte';

const HEAD = 200;
/** How many blocks are remembered: those of a long thread that somebody reads. */
const MOST = 100;
/** Blocks of code whose lines wrap, by how they begin; the one that was set first is forgotten first. */
const wrapped = new Set<string>();

/** `final` is false while the text still grows: its code is coloured when it has ended. */
export function dress(node: Element, final: boolean) {
  for (const button of node.querySelectorAll('[data-copy]')) {
    button.textContent = t('action.copy');
    button.setAttribute('aria-label', t('action.copyCode'));
  }
  for (const code of node.querySelectorAll('pre > code')) {
    group(code, t('message.code', { language: code.getAttribute('data-lang') ?? '' }));
    wrap(code, wrapped.has(beginning(code)));
    if (final) void colour(code);
  }
  for (const mark of node.querySelectorAll('[data-mark]')) mark.setAttribute('aria-label', t('message.note', { n: mark.textContent ?? '' }));
  for (const note of node.querySelectorAll<HTMLElement>('.notes > li')) {
    note.tabIndex = -1;
    const back = note.querySelector('[data-back]');
    if (back) back.textContent = '↩';
    back?.setAttribute('aria-label', t('message.noteBack', { n: note.dataset['note'] ?? '' }));
  }
  for (const table of node.querySelectorAll('.table')) group(table, t('message.table'));
  for (const formula of node.querySelectorAll('div.math[tabindex]')) group(formula, t('message.formula'));
}

/** A group and no landmark: a message may hold many of one name. */
function group(node: Element, label: string) {
  node.setAttribute('role', 'group');
  node.setAttribute('aria-label', label);
}

/** Wraps the long lines of a block, or lets them run on. */
export function toggleWrap(button: Element) {
  const code = button.closest('pre')?.querySelector('code');
  if (!code) return;
  const key = beginning(code);
  const on = !wrapped.delete(key);
  if (on) wrapped.add(key);
  if (wrapped.size > MOST) wrapped.delete([...wrapped][0] ?? '');
  wrap(code, on);
}

function wrap(code: Element, on: boolean) {
  const block = code.parentElement;
  const button = block?.querySelector('[data-wrap]');
  if (!block || !button) return;
  block.classList.toggle('wrapped', on);
  button.textContent = t('action.wrap');
  button.setAttribute('aria-label', t('action.wrapLines'));
  button.setAttribute('aria-pressed', String(on));
}

const beginning = (code: Element) => `${code.getAttribute('data-lang') ?? ''} ${(code.textContent ?? '').slice(0, HEAD)}`;
