// How a state is drawn: always a symbol and a word together.
import type { State } from '../generated/State';
import type { Key } from '../state/words.svelte';

export const stateIcon: Record<State, string> = { open: 'line', locked: 'lock', archived: 'box' };
export const stateWord: Record<State, Key> = {
  open: 'state.open',
  locked: 'state.locked',
  archived: 'state.archived',
};
