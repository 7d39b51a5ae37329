// What each role is called.
import type { Role } from '../generated/Role';
import type { Key } from '../state/words.svelte';

export const roleWord: Record<Role, Key> = {
  system: 'role.system',
  user: 'role.user',
  assistant: 'role.assistant',
};
