// Messages that are being put in other words, by their id: what was typed so far, `null` until the
// stored text is there. It outlives the message on show, which may be drawn anew at any time.
import { SvelteMap } from 'svelte/reactivity';

export const edits = new SvelteMap<string, string | null>();
