// Keeps what a reader has selected in a reply when its message takes its place: they say the same, and share no node.
import { tick, untrack } from 'svelte';

type Ends = [anchor: number, focus: number];

const bare = (text: string) => text.replace(/\s+/g, '');

/** To be called while what shows the reply is set up. */
export function keepSelected(view: { box: HTMLElement | null }, running: () => object | null) {
  // Before the page changes: a selection goes with the nodes it is in.
  $effect.pre(() => {
    if (running() !== null) return;
    const reply = untrack(() => view.box?.querySelector('.streaming > .text'));
    const ends = reply ? selectedIn(reply) : null;
    if (ends) void tick().then(() => select([...(view.box?.querySelectorAll('.assistant > .text') ?? [])].at(-1), ends));
  });
}

/** Where the selection begins and ends, in characters that are not white; `null` unless all of it is in here. */
function selectedIn(text: Element): Ends | null {
  const selection = getSelection();
  if (selection === null || selection.isCollapsed) return null;
  const { anchorNode, focusNode } = selection;
  if (!text.contains(anchorNode) || !text.contains(focusNode)) return null;
  return [before(text, anchorNode!, selection.anchorOffset), before(text, focusNode!, selection.focusOffset)];
}

function before(text: Element, node: Node, offset: number) {
  const range = document.createRange();
  range.selectNodeContents(text);
  range.setEnd(node, offset);
  return bare(range.toString()).length;
}

function select(text: Element | undefined, [anchor, focus]: Ends) {
  const [from, to] = text ? [place(text, anchor), place(text, focus)] : [];
  if (from && to) getSelection()?.setBaseAndExtent(...from, ...to);
}

/** The place behind so many characters that are not white. */
function place(text: Element, count: number): [node: Node, offset: number] | null {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let left = count, node = walker.nextNode(); node; node = walker.nextNode()) {
    const { data } = node as Text;
    const { length } = bare(data);
    if (length < left) {
      left -= length;
      continue;
    }
    let offset = 0;
    for (; left > 0; offset++) if (bare(data[offset] ?? '') !== '') left -= 1;
    return [node, offset];
  }
  return null;
}
