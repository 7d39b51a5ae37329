// Takes the focus from message to message in a list that draws only what is in sight, and keeps
// drawn what has it or is selected.
import { tick } from 'svelte';
import { pane } from '../state/pane.svelte';
import type { Viewport } from './viewport.svelte';
import { destination, neighbour, placeOf } from './walk';

/** Frames to wait for a message that was not drawn yet: its words come with an answer from Rust. */
const PATIENCE = 120;

export class Walker {
  #viewport: Viewport;
  #turn = 0;

  constructor(viewport: Viewport) {
    this.#viewport = viewport;
  }

  key(event: KeyboardEvent & { currentTarget: HTMLElement }) {
    const place = destination(event, event.currentTarget, pane.length);
    if (place === null) return;
    event.preventDefault();
    void this.#go(event.currentTarget, place);
  }

  /** To the message after or before the one that has the focus. */
  step(by: 1 | -1) {
    const { box } = this.#viewport;
    if (box) void this.#go(box, neighbour(document.activeElement, box, by, pane.length));
  }

  /** What is selected or has the focus stays drawn. */
  hold() {
    const selection = getSelection();
    const ends = selection === null || selection.isCollapsed ? [] : [selection.anchorNode, selection.focusNode];
    const nodes = [...ends.map((node) => (node instanceof Element ? node : (node?.parentElement ?? null))), document.activeElement];
    const places = nodes.map(placeOf).filter((place) => place !== null);
    // A dialog takes the focus for a while: what it was opened for stays at hand.
    if (!document.activeElement?.closest('dialog')) pane.focused = placeOf(document.activeElement);
    this.#viewport.hold(places.length === 0 ? null : [Math.min(...places) - 1, Math.max(...places) - 1]);
  }

  async #go(box: HTMLElement, place: number) {
    const turn = ++this.#turn;
    const find = () => box.querySelector<HTMLElement>(`[data-position="${place}"] > .message`);
    if (find() === null) this.#viewport.jump(place - 1);
    for (let frame = 0; frame < PATIENCE && find() === null; frame++) {
      await tick();
      await new Promise(requestAnimationFrame);
    }
    const message = find();
    if (message === null || turn !== this.#turn) return;
    message.focus({ preventScroll: true });
    message.scrollIntoView({ block: 'nearest' });
  }
}
