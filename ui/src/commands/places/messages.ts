// The keys on a message, and while one is sought.
import { place } from '../place';

export const onMessage = place('places.message', {
  walk: { words: 'places.messages', keys: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
  ends: { words: 'places.ends', keys: [{ key: 'Home' }, { key: 'End' }] },
  menu: { words: 'places.menu', keys: [{ key: 'Enter' }, { key: 'ContextMenu' }, { key: 'F10', shift: true }] },
});

export const inFind = place('find.label', {
  after: { words: 'find.after', keys: [{ key: 'Enter' }] },
  before: { words: 'find.before', keys: [{ key: 'Enter', shift: true }] },
  close: { words: 'find.close', keys: [{ key: 'Escape' }] },
});

export const inSearch = place('search.title', {
  into: { words: 'places.intoResults', keys: [{ key: 'ArrowDown' }, { key: 'Enter' }] },
  walk: { words: 'places.result', keys: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
  ends: { words: 'places.ends', keys: [{ key: 'Home' }, { key: 'End' }] },
  leave: { words: 'places.back', keys: [{ key: 'Escape' }] },
});
