// Marks what is sought in the messages that are drawn, without touching them: the page's own
// highlights, where the web view has them. A long text is looked through over several frames.
import type { SearchTerm } from '../generated/SearchTerm';
import { marksBySteps } from './terms';

const ALL = 'found';
const HERE = 'found-here';
/** Milliseconds in which a thread opens and its long messages unfold. */
const OPENING = 1000;
/** Frames in which what comes into view may push a match out of it. */
const SETTLING = 20;
/** Pixels around what is in sight in which matches are marked. */
const MARGIN = 200;
/** Milliseconds of a frame in which texts are looked through. */
const SLICE = 8;

/** A match. Its range is made when it comes into view: the page keeps every range up to date. */
type Match = { from: Text; start: number; to: Text; end: number; range?: Range };
/** What was found in a text so far, by the block where it stands, and the rest of the way. */
type Look = { found: { block: Element; matches: Match[] }[]; rest: Generator<Match | null>; done: boolean };

/** Marks the terms in the messages under `root` until it is called off, whatever is drawn meanwhile. */
export function highlight(root: HTMLElement, terms: SearchTerm[], current: string | null): () => void {
  if (!('highlights' in CSS) || terms.length === 0) return () => {};
  let frame = 0;
  const begun = performance.now();
  let brought: Node | null = null;
  const looks = new WeakMap<Element, Look>();
  const paint = () => {
    frame = 0;
    const until = performance.now() + SLICE;
    const [here, others]: [Range[], Range[]] = [[], []];
    let first: Match | undefined;
    for (const message of root.querySelectorAll<HTMLElement>('[data-message]')) {
      const mine = message.dataset['message'] === current;
      for (const text of message.querySelectorAll('.html')) {
        const look = looks.get(text) ?? { found: [], rest: matchesIn(text, terms), done: false };
        looks.set(text, look);
        if (!goOn(look, text, until)) soon();
        first ??= mine ? look.found[0]?.matches[0] : undefined;
        (mine ? here : others).push(...inView(look, root));
      }
    }
    CSS.highlights.set(ALL, new Highlight(...others));
    CSS.highlights.set(HERE, new Highlight(...here));
    // A message that opens may be drawn anew; later on, the reader is somewhere else.
    if (first && first.from !== brought && (brought === null || performance.now() - begun < OPENING)) {
      brought = first.from;
      bring(root, rangeOf(first));
    }
  };
  const soon = () => void (frame ||= requestAnimationFrame(paint));
  const watch = new MutationObserver((changes) => {
    for (const { target } of changes) {
      const text = (target instanceof Element ? target : target.parentElement)?.closest('.html');
      if (text) looks.delete(text);
    }
    soon();
  });
  watch.observe(root, { childList: true, subtree: true, characterData: true });
  root.addEventListener('scroll', soon);
  soon();
  return () => {
    watch.disconnect();
    root.removeEventListener('scroll', soon);
    cancelAnimationFrame(frame);
    CSS.highlights.delete(ALL);
    CSS.highlights.delete(HERE);
    repaint(root);
  };
}

/** Looks through a text until it ends or the time is up; false if there is more of it. */
function goOn(look: Look, text: Element, until: number) {
  while (!look.done && performance.now() < until) {
    const { value, done } = look.rest.next();
    look.done = done === true;
    if (!value) continue;
    const block = blockOf(value.from, text);
    const last = look.found.at(-1);
    if (last?.block === block) last.matches.push(value);
    else look.found.push({ block, matches: [value] });
  }
  return look.done;
}

/** The run, or else the block of a text, in which something stands. */
function blockOf(node: Text, text: Element) {
  let block = node.parentElement ?? text;
  while (!block.matches('.run') && block !== text && block.parentElement !== text) block = block.parentElement ?? text;
  return block;
}

/** What was found in the blocks on show, which stand below each other: all of a long text would make the page slow. */
function inView({ found }: Look, root: Element) {
  const view = root.getBoundingClientRect();
  const box = (at: number) => found[at]?.block.getBoundingClientRect() ?? view;
  let [from, to] = [0, found.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (box(middle).bottom < view.top - MARGIN) from = middle + 1;
    else to = middle;
  }
  while (to < found.length && box(to).top <= view.bottom + MARGIN) to += 1;
  return found.slice(from, to).flatMap(({ matches }) => matches.map(rangeOf));
}

function rangeOf(match: Match) {
  if (match.range) return match.range;
  match.range = new Range();
  match.range.setStart(match.from, match.start);
  match.range.setEnd(match.to, match.end);
  return match.range;
}

/** WebKitGTK leaves marks that are gone on the screen: another ground, which nobody can tell from the one before, has all painted anew. */
function repaint({ style }: HTMLElement) {
  style.backgroundColor = style.backgroundColor === '' ? 'color-mix(in srgb, var(--paper) 99.9%, transparent)' : '';
}

/** Each text node is looked at by itself, as words that a mark parts are two in the index too; phrases go over them. */
function* matchesIn(element: Element, terms: SearchTerm[]): Generator<Match | null> {
  const nodes: { node: Text; start: number }[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const parts: string[] = [];
  let length = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push({ node, start: length });
    parts.push(node.data);
    length += node.length + 1;
  }
  let now = 0;
  const at = (place: number) => {
    while ((nodes[now + 1]?.start ?? Infinity) <= place) now += 1;
    const found = nodes[now];
    return found ? { node: found.node, offset: Math.min(place - found.start, found.node.length) } : null;
  };
  for (const mark of marksBySteps(parts.join('\n'), terms)) {
    const from = mark && at(mark.start);
    const last = mark && at(mark.end - 1);
    yield from && last ? { from: from.node, start: from.offset, to: last.node, end: last.offset + 1 } : null;
  }
}

/** The first match of a long message may be out of sight though the message is not, and is pushed about while it opens. */
function bring(root: HTMLElement, range: Range) {
  const run = range.startContainer.parentElement?.closest<HTMLElement>('.run');
  // What is not laid out has no place yet.
  if (run) run.style.contentVisibility = 'visible';
  let left = SETTLING;
  const look = () => {
    const [view, mark] = [root.getBoundingClientRect(), range.getBoundingClientRect()];
    if (mark.height > 0 && (mark.bottom > view.bottom || mark.top < view.top)) root.scrollTop += mark.top - view.top - view.height / 3;
    if (--left > 0) requestAnimationFrame(look);
  };
  look();
}
