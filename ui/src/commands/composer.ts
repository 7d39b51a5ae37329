// Commands on what is being written.
import { composer as writing } from '../state/composer.svelte';
import { pane } from '../state/pane.svelte';
import { temporary } from '../state/temporary.svelte';
import type { Command } from './command';

export const composer: Command[] = [
  {
    id: 'composer.write', words: 'composer.label', group: 'composer', icon: 'edit', shortcut: { key: 'l', command: true },
    when: () => temporary.chat !== null || pane.canWrite,
    run: () => void ((temporary.chat ?? writing).focusWanted += 1),
  },
];
