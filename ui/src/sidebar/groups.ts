// What a group of the list is called.
import type { SidebarGroup } from '../generated/SidebarGroup';
import { settings } from '../state/settings.svelte';
import { t } from '../state/words.svelte';

export function nameOf(group: SidebarGroup): string {
  const key = settings.all.groupBy;
  if (group.pinned) return t('sidebar.pinned');
  if (key === null) return t('sidebar.everything');
  return group.name ?? (key === 'client' ? t('sidebar.noClient') : t('sidebar.noGroup', { key }));
}
