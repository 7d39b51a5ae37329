// Commands on what is being written.
import { composer as writing } from '../state/composer.svelte';
import { dialogs } from '../state/dialogs.svelte';
import { pane } from '../state/pane.svelte';
import { temporary } from '../state/temporary.svelte';
import type { Command } from './command';

const canWrite = () => temporary.chat !== null || pane.canWrite;
const written = () => temporary.chat ?? writing;

export const composer: Command[] = [
  {
    id: 'composer.write', words: 'composer.label', group: 'composer', icon: 'edit', shortcut: { key: 'l', command: true },
    when: canWrite, run: () => void (written().focusWanted += 1),
  },
  {
    id: 'composer.prompts', words: 'prompts.insert', group: 'composer', icon: 'prompts', shortcut: { key: 'p', command: true, shift: true },
    when: canWrite, run: () => written().choosing.show(),
  },
  { id: 'composer.library', words: 'prompts.manage', group: 'composer', icon: 'prompts', run: () => dialogs.show({ kind: 'prompts', id: null }) },
  {
    id: 'composer.parameters', words: 'asking.title', group: 'composer', icon: 'sliders',
    when: canWrite, run: () => void (written().panel = 'parameters'),
  },
  { id: 'composer.model', words: 'commands.model', group: 'composer', icon: 'down', when: canWrite, run: () => void (written().modelsWanted += 1) },
  { id: 'composer.system', words: 'system.title', group: 'composer', icon: 'system', when: canWrite, run: () => void (written().panel = 'system') },
];
