// Metadata that are being written as JSON, by thread, with what was seen when that began. What was
// typed outlives the field on show.
import { SvelteMap } from 'svelte/reactivity';
import type { Metadata } from '../ipc';

export const metadataSheets = new SvelteMap<string, { seen: Metadata; json: string }>();
