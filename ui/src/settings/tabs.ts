// The pages of the settings, in order.
import type { SettingsTab } from '../state/dialogs.svelte';
import type { Key } from '../state/words.svelte';

export const tabs: [SettingsTab, Key][] = [
  ['endpoints', 'settings.endpoints'],
  ['usage', 'settings.usage'],
  ['appearance', 'settings.appearance'],
  ['retention', 'settings.retention'],
  ['backup', 'settings.backup'],
  ['api', 'settings.api'],
  ['security', 'settings.security'],
  ['about', 'settings.about'],
];
