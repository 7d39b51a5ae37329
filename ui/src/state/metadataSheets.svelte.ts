// Metadata that are being written, by thread: as JSON, with what was seen when that began, and a key
// that is yet to be added. What was typed outlives the field on show.
import { SvelteMap } from 'svelte/reactivity';
import type { Metadata } from '../ipc';

export const metadataSheets = new SvelteMap<string, { seen: Metadata; json: string }>();
export const metadataKeys = new Map<string, { key: string; value: string }>();
