// What the thread on show and the rest of the window ask of the list of messages: to hold what there
// is, and to go to its end, a step on, or to a message.
import { untrack } from 'svelte';
import { pane } from '../state/pane.svelte';
import type { Viewport } from './viewport.svelte';
import type { Walker } from './walker';

/** To be called while the list is set up, and done with when it goes. */
export function steer(viewport: Viewport, walker: Walker) {
  $effect(() => pane.need(viewport.first + 1, viewport.last + 1));
  // Before the page changes: measured between a reply that is gone and its message, the view would have no room to stay.
  $effect.pre(() => {
    const { length, stream } = pane;
    untrack(() => viewport.resize(length, stream !== null));
  });
  // A list that opens around a message stays there, whatever was asked of another before.
  const asked = untrack(() => (pane.target === null ? 0 : pane.endWanted));
  $effect(() => {
    if (pane.endWanted > asked) untrack(() => queueMicrotask(() => viewport.toEnd()));
  });
  $effect(() => {
    const by = pane.stepWanted;
    pane.stepWanted = null;
    if (by !== null) untrack(() => walker.step(by));
  });
  $effect(() => {
    const wanted = pane.jumpWanted;
    if (wanted !== null) untrack(() => viewport.jump(wanted - 1));
    pane.jumpWanted = null;
  });
}
