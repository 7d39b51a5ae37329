// Keys that belong to a composition, of Japanese for one: they choose a word, and mean nothing else.

/** Some systems tell of the last key of a composition only by this number, after it has ended. */
const PROCESSED = 229;

export const composing = (event: KeyboardEvent) => event.isComposing || event.keyCode === PROCESSED;
