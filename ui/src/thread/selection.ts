// What is selected in messages, as plain words: formulas as they were written, lists with their
// marks, code with its lines, and who said it where more than one message is selected.

/** The selected words of one message; empty without any. */
export function selectedIn(id: string): string {
  const text = document.querySelector(`[data-message="${CSS.escape(id)}"] > .text`);
  const range = selected();
  return text && range ? wordsWithin(range, text) : '';
}

/** The selected words of all messages in a list; `null` where nothing in it is selected. */
export function selectedWords(box: Element): string | null {
  const range = selected();
  if (!range || !box.contains(range.commonAncestorContainer)) return null;
  const parts: { who: string; words: string }[] = [];
  for (const message of box.querySelectorAll('.message')) {
    if (!range.intersectsNode(message)) continue;
    const text = message.querySelector(':scope > .text');
    const words = text ? wordsWithin(range, text) : '';
    if (words !== '') parts.push({ who: sender(message), words });
  }
  if (parts.length === 0) return null;
  if (parts.length === 1) return parts[0]?.words ?? null;
  return parts.map(({ who, words }) => `${who}\n\n${words}`).join('\n\n\n');
}

/** Puts the selected words on the clipboard as they are read, in place of what the page would. */
export function copySelected(event: ClipboardEvent & { currentTarget: HTMLElement }) {
  const copied = selectedWords(event.currentTarget);
  if (copied === null || event.clipboardData === null) return;
  event.clipboardData.setData('text/plain', copied);
  event.preventDefault();
}

function sender(message: Element) {
  const who = message.querySelector(':scope > .who h2')?.textContent ?? '';
  const when = message.querySelector(':scope > .who time')?.getAttribute('title');
  return when ? `${who}, ${when}` : who;
}

function selected(): Range | null {
  const selection = getSelection();
  return selection && !selection.isCollapsed && selection.rangeCount > 0 ? selection.getRangeAt(0) : null;
}

function wordsWithin(range: Range, node: Element): string {
  if (!range.intersectsNode(node)) return '';
  const part = document.createRange();
  part.selectNodeContents(node);
  if (part.comparePoint(range.startContainer, range.startOffset) === 0) part.setStart(range.startContainer, range.startOffset);
  if (part.comparePoint(range.endContainer, range.endOffset) === 0) part.setEnd(range.endContainer, range.endOffset);
  const around = part.commonAncestorContainer;
  const within = around instanceof Element ? around : around.parentElement;
  if (within?.closest('pre')) return part.toString();
  return words(part.cloneContents());
}

const BLOCKS = /^(P|H[1-6]|DIV|ARTICLE|LI|SECTION|LABEL)$/;

/** Words of what holds blocks, an empty line between them. */
export function words(parent: Node, gap = '\n\n'): string {
  const parts: string[] = [];
  let line = '';
  const flush = () => {
    const text = line.trim();
    if (text !== '') parts.push(text);
    line = '';
  };
  for (const child of parent.childNodes) {
    const block = child instanceof HTMLElement ? blockWords(child) : null;
    if (block === null) line += inlineWords(child);
    else {
      flush();
      if (block !== '') parts.push(block);
    }
  }
  flush();
  return parts.join(gap);
}

/** The words of a block; `null` when it is none. */
function blockWords(node: HTMLElement): string | null {
  switch (node.tagName) {
    case 'PRE':
      return (node.querySelector('code') ?? node).textContent ?? '';
    case 'UL':
    case 'OL':
      return list(node);
    case 'TABLE':
      return [...node.querySelectorAll('tr')].map(row).join('\n');
    case 'BLOCKQUOTE':
      return words(node).split('\n').map((each) => `> ${each}`.trimEnd()).join('\n');
    case 'HR':
      return '---';
    default:
      if (node.dataset['source'] !== undefined) return node.tagName === 'DIV' ? node.dataset['source'] : null;
      return BLOCKS.test(node.tagName) ? words(node) : null;
  }
}

const row = (cells: Element) => [...cells.querySelectorAll('th, td')].map((cell) => words(cell).replace(/\s*\n\s*/g, ' ')).join('\t');

function list(node: HTMLElement): string {
  const loose = node.querySelector(':scope > li > p') !== null;
  const first = Number(node.getAttribute('start') ?? 1);
  const items = [...node.children].map((item, i) => {
    const mark = node.tagName === 'OL' ? `${first + i}. ` : '- ';
    const box = item.querySelector<HTMLInputElement>(':scope > label > input');
    const task = box ? (box.checked ? '[x] ' : '[ ] ') : '';
    const text = `${task}${words(item, loose ? '\n\n' : '\n')}`;
    return mark + text.replace(/\n(?=.)/g, `\n${' '.repeat(mark.length)}`);
  });
  return items.join(loose ? '\n\n' : '\n');
}

function inlineWords(node: Node): string {
  if (!(node instanceof HTMLElement)) return node instanceof Element ? '' : (node.textContent ?? '');
  if (node.dataset['source'] !== undefined) return node.dataset['source'];
  if (node.tagName === 'BR') return '\n';
  if (node.tagName === 'SUP') return `[${node.textContent ?? ''}]`;
  if (node.matches('button:not(.chip), input, .unseen')) return '';
  return [...node.childNodes].map(inlineWords).join('');
}
