// The way from the mark of a footnote to the note, and back to the mark that led there. Without ids,
// which messages would share: each looks only within its own message.

/** The mark that led to a note, where one did. */
const cameFrom = new WeakMap<Element, HTMLElement>();

const numbered = (node: Element) => `[data-note="${node.closest('[data-note]')?.getAttribute('data-note')}"]`;

/** To the note, which is read from there; its last button leads back. */
export function toNote(mark: HTMLElement) {
  const note = mark.closest('.html')?.querySelector<HTMLElement>(`.notes > li${numbered(mark)}`);
  if (!note) return;
  cameFrom.set(note, mark);
  go(note);
}

/** To the mark that led here, or else to the first of this number. */
export function toMark(back: Element) {
  const note = back.closest('li[data-note]');
  const from = note ? cameFrom.get(note) : undefined;
  const marks = [...(back.closest('.html')?.querySelectorAll<HTMLElement>(`sup${numbered(back)}`) ?? [])];
  const to = from?.isConnected ? from : (marks.find((each) => each.firstElementChild) ?? marks[0]);
  if (to) go(to.querySelector<HTMLElement>('[data-mark]') ?? to);
}

function go(node: HTMLElement) {
  node.scrollIntoView({ block: 'center' });
  node.focus({ preventScroll: true });
}
