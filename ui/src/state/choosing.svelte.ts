// Putting a stored prompt into what is being written: choosing one, by a slash in the empty field or
// from the list, and asking for what its placeholders stand for.
import type { Prompt } from '../generated/Prompt';
import { prompts } from './prompts.svelte';
import type { Writing } from './writing.svelte';

export class Choosing {
  /** What narrows the list that the button opens. */
  search = $state('');
  /** Whether it was a slash: then the field holds what narrows the list. */
  slash = $state(false);
  /** Which of the list is marked. */
  at = $state(0);
  /** The prompt whose placeholders are asked for. */
  asked = $state.raw<Prompt | null>(null);
  #writing: Writing;
  query = $derived.by(() => (this.slash ? this.#writing.text.slice(1) : this.search));
  matches = $derived.by(() => prompts.matching(this.query));
  marked = $derived(this.matches[Math.min(this.at, this.matches.length - 1)] ?? null);

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  get open() {
    return this.#writing.panel === 'prompts';
  }

  /** Whether the field's keys are for the list: a slash stands there, and something begins like that. */
  get inField() {
    return this.open && this.slash && this.asked === null && this.marked !== null;
  }

  /** Opens the list with a search of its own. */
  show() {
    void prompts.load();
    this.#begin(false);
  }

  /** Hears what is typed: a slash in an empty field opens the list, and without it the list goes. */
  typed(before: string, after: string) {
    if (after === '/' && before === '' && this.#writing.folds.length === 0) {
      void prompts.load();
      this.#begin(true);
    } else if (this.open && this.slash) {
      this.at = 0;
      if (!after.startsWith('/')) this.close();
    }
  }

  #begin(slash: boolean) {
    Object.assign(this, { slash, search: '', at: 0, asked: null });
    this.#writing.panel = 'prompts';
  }

  narrow(search: string) {
    this.search = search;
    this.at = 0;
  }

  /** Marks the next or the one before, round and round. */
  move(by: 1 | -1) {
    const { length } = this.matches;
    if (length > 0) this.at = (Math.min(this.at, length - 1) + by + length) % length;
  }

  /** Takes a prompt: it goes in at once, or asks for its placeholders first. */
  take(prompt: Prompt | null = this.marked) {
    if (prompt === null) return;
    if (prompt.placeholders.length > 0) this.asked = prompt;
    else this.#put(prompt.text);
  }

  /** Puts the prompt in with its placeholders filled; without a value one stays as it is. */
  async fill(values: Record<string, string>): Promise<void> {
    const { asked } = this;
    if (asked === null) return;
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
    const filled = await prompts.fill(asked.id, given, () => this.fill(values));
    if (filled !== null && this.asked === asked) this.#put(filled.text);
  }

  #put(text: string) {
    // The slash and what was typed behind it have done their work.
    const { slash } = this;
    if (slash) this.#writing.caret = [0, this.#writing.text.length];
    this.close();
    this.#writing.insert(text, slash);
    this.#writing.focusWanted += 1;
  }

  close() {
    this.asked = null;
    this.slash = false;
    if (this.open) this.#writing.panel = null;
  }
}
