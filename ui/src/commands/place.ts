// Keys that mean something in one place only, as data: the sheet lists them by place, and menus and
// buttons hint at them.
import type { Key } from '../state/words.svelte';
import { inWords, matches, type Shortcut } from './shortcut';

export type PlaceKey = {
  /** What the keys do. */
  words: Key;
  /** Each of them does it; where there are two ways, the one back or up stands first. */
  keys: Shortcut[];
};

export type Place<Names extends string = string> = { words: Key; keys: Record<Names, PlaceKey> };

/** A place, whose keys are known by their names. */
export const place = <Names extends string>(words: Key, keys: Record<Names, PlaceKey>): Place<Names> => ({ words, keys });

/** The first key for it, as it stands behind words. */
export const keyFor = ({ keys: [first] }: PlaceKey) => (first ? inWords(first) : '');

/** Whether a key event is one of its keys. */
export const pressed = (event: KeyboardEvent, { keys }: PlaceKey) => keys.some((each) => matches(event, each));
