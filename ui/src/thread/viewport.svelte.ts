// Which messages of a long thread are drawn, and keeping what is being read in its place while
// heights above it turn out other than thought.
//
// Corrections above the reader are not written to the scroll position at once: that would cut off
// a scroll in progress. They gather in `shift`, which moves the drawn messages the other way, and
// are settled when the scrolling rests or the top comes near.
import { Heights } from '../state/heights';
import { End } from './end.svelte';

const ESTIMATE = 132;
/** Pixels drawn around what is in sight, once that is painted: a thread is to be seen first. */
const OVERSCAN = 900;
/** The height of a view that is not laid out yet. */
const HEIGHT = 600;
const REST = 140;
/** How far from what is in sight something is kept drawn because it is selected or has the focus. */
const HELD = 400;

export class Viewport {
  first = $state(0);
  last = $state(-1);
  /** Where in the thread the messages stand that are drawn. */
  readonly positions = $derived(Array.from({ length: Math.max(0, this.last - this.first + 1) }, (_, i) => this.first + i + 1));
  above = $state(0);
  below = $state(0);
  /** Whether the end is more than a screen away. */
  far = $state(false);
  /** The height of the reply that arrives below the messages. */
  coming = 0;
  #end = new End();
  #heights: Heights;
  #held: [first: number, last: number] | null = null;
  #box: HTMLElement | null = null;
  #shift = 0;
  #overscan = 0;
  #frame = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(length: number, scale: number) {
    this.#heights = new Heights(length, ESTIMATE * scale);
    this.#draw(this.#heights.total - HEIGHT, HEIGHT);
  }

  attach(box: HTMLElement) {
    this.#box = box;
    this.#end.note(box);
    this.#frame = requestAnimationFrame(() => (this.#frame = requestAnimationFrame(() => this.#widen())));
    return () => {
      this.#box = null;
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#resting);
    };
  }

  /** Whether the reader is at the end, and the view follows new text. */
  get atEnd() {
    return this.#end.reached;
  }

  /** What scrolls, once it is there. */
  get box() {
    return this.#box;
  }

  get(index: number) {
    return this.#heights.get(index);
  }

  /** Takes the number of messages, and whether a reply arrives below them. One that has ended is as high as it was. */
  resize(length: number, arrives: boolean) {
    const ended = !arrives && length > this.#heights.length && this.coming > 0;
    this.#heights.resize(length);
    if (ended) this.#heights.set(length - 1, this.coming);
    if (!arrives) this.coming = 0;
    this.settle();
  }

  /** A message was measured. What is read keeps its place; at the end, the end does. */
  measured(index: number, height: number) {
    const top = this.#heights.offset(index) + this.#shift;
    const bottom = top + this.#heights.get(index);
    const seen = this.#heights.isKnown(index);
    const difference = this.#heights.set(index, height);
    if (difference === 0) return;
    const y = this.#box?.scrollTop ?? 0;
    if (!this.atEnd && (bottom <= y || (top < y && !seen))) this.#shift -= difference;
  }

  /** Keeps these drawn wherever the reader goes, within reason: they are selected, or have the focus. */
  hold(held: [first: number, last: number] | null) {
    if (held?.[0] === this.#held?.[0] && held?.[1] === this.#held?.[1]) return;
    this.#held = held;
    this.look();
  }

  /** After a round of measuring, or when anything below the messages has grown. */
  settle() {
    if (this.atEnd) this.toEnd();
    else this.look();
  }

  scrolled() {
    const box = this.#box;
    if (!box) return;
    this.#end.scrolled(box);
    this.look();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#rest(), REST);
  }

  /** Draws what is in sight and a screen around it. */
  look() {
    const box = this.#box;
    if (!box) return;
    this.far = box.scrollHeight - box.scrollTop - box.clientHeight > box.clientHeight;
    this.#draw(box.scrollTop - this.#shift, box.clientHeight || HEIGHT);
    const topDrawn = this.#heights.offset(this.first) + this.#shift;
    if (this.#shift !== 0 && (this.first === 0 || topDrawn < 0)) this.#rest();
  }

  toEnd() {
    const box = this.#box;
    if (!box) return;
    this.#shift = 0;
    const height = box.clientHeight || HEIGHT;
    this.#draw(this.#heights.total - height, height);
    this.#end.go(box);
  }

  /** Brings a message near the top of the view. */
  jump(index: number) {
    const box = this.#box;
    if (!box) return;
    this.#end.reached = false;
    this.#shift = 0;
    const top = Math.max(0, this.#heights.offset(index) - box.clientHeight / 6);
    this.#draw(top, box.clientHeight);
    // The spacers are painted with the next flush; the position can only be set after it.
    queueMicrotask(() => {
      box.scrollTop = top;
      this.#end.note(box);
      this.look();
    });
  }

  #draw(y: number, height: number) {
    const { length } = this.#heights;
    this.first = length === 0 ? 0 : this.#heights.indexAt(Math.max(0, y - this.#overscan));
    this.last = length === 0 ? -1 : this.#heights.indexAt(y + height + this.#overscan);
    const [from, to] = this.#held ?? [this.first, this.last];
    if (from > this.first - HELD && to < this.last + HELD && to < length) {
      this.first = Math.min(this.first, from);
      this.last = Math.max(this.last, to);
    }
    this.above = Math.max(0, this.#heights.offset(this.first) + this.#shift);
    this.below = Math.max(0, this.#heights.total - this.#heights.offset(this.last + 1));
  }

  #widen() {
    this.#overscan = OVERSCAN;
    this.look();
  }

  #rest() {
    const box = this.#box;
    if (!box || this.#shift === 0) return;
    const top = box.scrollTop - this.#shift;
    this.#shift = 0;
    this.#draw(top, box.clientHeight);
    queueMicrotask(() => {
      box.scrollTop = top;
      this.#end.note(box);
    });
  }
}
