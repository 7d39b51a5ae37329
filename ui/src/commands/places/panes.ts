// The keys of the line between two panes, and those that mean the same wherever there is something
// to choose from, to close or to write into.
import { place } from '../place';

export const onDivider = place('places.divider', {
  move: { words: 'places.move', keys: [{ key: 'ArrowLeft' }, { key: 'ArrowRight' }] },
  limits: { words: 'places.limits', keys: [{ key: 'Home' }, { key: 'End' }] },
  close: { words: 'places.closePane', keys: [{ key: 'Enter' }] },
});

export const everywhere = place('places.everywhere', {
  onward: { words: 'places.onward', keys: [{ key: 'Tab', shift: true }, { key: 'Tab' }] },
  walk: { words: 'places.choice', keys: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
  tabs: { words: 'places.tabs', keys: [{ key: 'ArrowLeft' }, { key: 'ArrowRight' }] },
  page: { words: 'places.page', keys: [{ key: 'PageUp' }, { key: 'PageDown' }] },
  ends: { words: 'places.ends', keys: [{ key: 'Home' }, { key: 'End' }] },
  take: { words: 'places.keep', keys: [{ key: 'Enter' }] },
  leave: { words: 'places.leave', keys: [{ key: 'Escape' }] },
});
