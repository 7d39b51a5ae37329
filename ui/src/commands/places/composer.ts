// The keys of the field that messages are written in; what Enter does there is set.
import { settings } from '../../state/settings.svelte';
import { place } from '../place';
import type { Shortcut } from '../shortcut';

const enter: Shortcut = { key: 'Enter' };
const held: Shortcut = { key: 'Enter', shift: true };
const always: Shortcut = { key: 'Enter', command: true };

export const inComposer = place('places.composer', {
  send: {
    words: 'composer.send',
    get keys() {
      return [settings.all.enterSends ? enter : held, always];
    },
  },
  breakLine: {
    words: 'places.breakLine',
    get keys() {
      return [settings.all.enterSends ? held : enter];
    },
  },
  recall: { words: 'places.recall', keys: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
  prompts: { words: 'prompts.insert', keys: [{ key: '/' }] },
  mark: { words: 'places.mark', keys: [{ key: 'ArrowUp' }, { key: 'ArrowDown' }] },
  take: { words: 'places.take', keys: [{ key: 'Enter' }, { key: 'Tab' }] },
  next: { words: 'places.nextBlank', keys: [{ key: 'Enter' }] },
  fill: { words: 'places.fill', keys: [always] },
  leave: { words: 'places.leaveEdit', keys: [{ key: 'Escape' }] },
});

/** What stops a reply, which is a command as well. */
export const STOP: Shortcut = { key: 'Escape' };
