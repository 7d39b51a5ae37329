// The keys of the list of threads, and of the field over it.
import { place } from '../place';

export const inList = place('places.list', {
  walk: { words: 'places.line', keys: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
  page: { words: 'places.page', keys: [{ key: 'PageUp' }, { key: 'PageDown' }] },
  ends: { words: 'places.ends', keys: [{ key: 'Home' }, { key: 'End' }] },
  letters: { words: 'places.title', keys: [{ key: 'Letters' }] },
  open: { words: 'places.open', keys: [{ key: 'Enter' }] },
  fold: { words: 'places.fold', keys: [{ key: 'ArrowLeft' }] },
  unfold: { words: 'places.unfold', keys: [{ key: 'ArrowRight' }] },
  choose: { words: 'places.choose', keys: [{ key: ' ', command: true }, { key: 'Click', command: true }] },
  extend: { words: 'places.extend', keys: [{ key: 'ArrowUp', shift: true }, { key: 'ArrowDown', shift: true }, { key: 'Click', shift: true }] },
  all: { words: 'list.chooseAll', keys: [{ key: 'a', command: true }] },
  clear: { words: 'list.clear', keys: [{ key: 'Escape' }] },
  rename: { words: 'action.rename', keys: [{ key: 'F2' }] },
  remove: { words: 'places.remove', keys: [{ key: 'Delete' }] },
  menu: { words: 'places.menu', keys: [{ key: 'ContextMenu' }, { key: 'F10', shift: true }] },
  drop: { words: 'places.drop', keys: [{ key: 'Escape' }] },
});

export const inListField = place('places.listField', {
  search: { words: 'search.title', keys: [{ key: 'Enter' }] },
  into: { words: 'places.intoList', keys: [{ key: 'ArrowDown' }] },
  clear: { words: 'search.clear', keys: [{ key: 'Escape' }] },
});
