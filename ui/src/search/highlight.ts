// Marks what is sought in the messages that are drawn, without touching them: the page's own
// highlights, where the web view has them.
import type { SearchTerm } from '../generated/SearchTerm';
import { marksIn } from './terms';

const ALL = 'found';
const HERE = 'found-here';

/** Marks the terms in the messages under `root` until it is called off, whatever is drawn meanwhile. */
export function highlight(root: HTMLElement, terms: SearchTerm[], current: string | null): () => void {
  if (!('highlights' in CSS) || terms.length === 0) return () => {};
  let frame = 0;
  let brought = false;
  const paint = () => {
    frame = 0;
    const [here, others]: [Range[], Range[]] = [[], []];
    for (const message of root.querySelectorAll<HTMLElement>('[data-message]')) {
      const mine = message.dataset['message'] === current;
      for (const text of message.querySelectorAll<HTMLElement>('.html')) (mine ? here : others).push(...rangesIn(text, terms));
    }
    CSS.highlights.set(ALL, new Highlight(...others));
    CSS.highlights.set(HERE, new Highlight(...here));
    if (!brought && here[0]) {
      brought = true;
      bring(root, here[0]);
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

/** The first match of a long message may be out of sight though the message is not. */
function bring(root: HTMLElement, range: Range) {
  const [view, mark] = [root.getBoundingClientRect(), range.getBoundingClientRect()];
  if (mark.height > 0 && (mark.bottom > view.bottom || mark.top < view.top)) root.scrollTop += mark.top - view.top - view.height / 3;
}
