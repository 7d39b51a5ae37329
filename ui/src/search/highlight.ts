// Marks what is sought in the messages that are drawn, without touching them: the page's own
// highlights, where the web view has them.
import type { SearchTerm } from '../generated/SearchTerm';
import { marksIn } from './terms';

const ALL = 'found';
const HERE = 'found-here';
/** Milliseconds in which a thread opens and its long messages unfold. */
const OPENING = 1000;
/** Frames in which what comes into view may push a match out of it. */
const SETTLING = 20;

/** Marks the terms in the messages under `root` until it is called off, whatever is drawn meanwhile. */
export function highlight(root: HTMLElement, terms: SearchTerm[], current: string | null): () => void {
  if (!('highlights' in CSS) || terms.length === 0) return () => {};
  let frame = 0;
  const begun = performance.now();
  let brought: Node | null = null;
  const paint = () => {
    frame = 0;
    const [here, others]: [Range[], Range[]] = [[], []];
    for (const message of root.querySelectorAll<HTMLElement>('[data-message]')) {
      const mine = message.dataset['message'] === current;
      for (const text of message.querySelectorAll<HTMLElement>('.html')) (mine ? here : others).push(...rangesIn(text, terms));
    }
    CSS.highlights.set(ALL, new Highlight(...others));
    CSS.highlights.set(HERE, new Highlight(...here));
    const first = here[0];
    // A message that opens may be drawn anew; later on, the reader is somewhere else.
    if (first && first.startContainer !== brought && (brought === null || performance.now() - begun < OPENING)) {
      brought = first.startContainer;
      bring(root, first);
    }
  };
  const soon = () => void (frame ||= requestAnimationFrame(paint));
  const watch = new MutationObserver(soon);
  watch.observe(root, { childList: true, subtree: true, characterData: true });
  soon();
  return () => {
    watch.disconnect();
    cancelAnimationFrame(frame);
    CSS.highlights.delete(ALL);
    CSS.highlights.delete(HERE);
  };
}

/** Each text node is looked at by itself, as words that a mark parts are two in the index too; phrases go over them. */
function rangesIn(element: HTMLElement, terms: SearchTerm[]): Range[] {
  const nodes: { node: Text; start: number }[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let text = '';
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    nodes.push({ node, start: text.length });
    text += `${node.data}\n`;
  }
  const at = (place: number) => {
    const found = nodes.findLast(({ start }) => start <= place);
    return found ? { node: found.node, offset: Math.min(place - found.start, found.node.length) } : null;
  };
  return marksIn(text, terms).flatMap(({ start, end }) => {
    const [from, last] = [at(start), at(end - 1)];
    if (!from || !last) return [];
    const range = new Range();
    range.setStart(from.node, from.offset);
    range.setEnd(last.node, last.offset + 1);
    return [range];
  });
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
