// Where the terms of a search stand in a text, by the same folding as the index: without case and
// accents, and with each character of an unspaced script a word of its own.
import type { SearchTerm } from '../generated/SearchTerm';

const UNSPACED =
  '\\u0E00-\\u0EFF\\u1000-\\u109F\\u1100-\\u11FF\\u1780-\\u17FF\\u2E80-\\u2FDF\\u3005-\\u3007\\u3040-\\u30FF\\u3100-\\u318F\\u31A0-\\u31FF' +
  '\\u3400-\\u4DBF\\u4E00-\\u9FFF\\uA960-\\uA97F\\uAC00-\\uD7FF\\uF900-\\uFAFF\\uFF66-\\uFF9F\\u{20000}-\\u{3FFFF}';
const WORD = new RegExp(
  `(?=[\\p{Alphabetic}\\p{N}])[${UNSPACED}]|(?![${UNSPACED}])[\\p{Alphabetic}\\p{N}](?:(?![${UNSPACED}])[\\p{Alphabetic}\\p{N}\\p{M}])*`,
  'gu',
);
const unspaced = new RegExp(`^[${UNSPACED}]`, 'u');

const fold = (word: string) => (unspaced.test(word) ? word : word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase());

/** Words after which there is a pause. */
const STEP = 500;

export type Mark = { start: number; end: number };

/** The marks of terms in a text, in order, none overlapping another. */
export function marksIn(text: string, terms: SearchTerm[]): Mark[] {
  return [...marksBySteps(text, terms)].filter((mark) => mark !== null);
}

/** The same, one after the other, and `null` now and then: who looks through a long text may pause there. */
export function* marksBySteps(text: string, terms: SearchTerm[]): Generator<Mark | null> {
  const longest = Math.max(0, ...terms.map((term) => term.words.length));
  const words: { folded: string; start: number; end: number }[] = [];
  let [marked, read] = [0, 0];
  for (const match of text.matchAll(WORD)) {
    words.push({ folded: fold(match[0]), start: match.index, end: match.index + match[0].length });
    if (words.length > longest) words.shift();
    for (const term of terms) {
      const run = words.slice(-term.words.length);
      if (run.length < term.words.length || !fits(run, term)) continue;
      const mark = { start: run[0]?.start ?? 0, end: run.at(-1)?.end ?? 0 };
      if (mark.start < marked) continue;
      marked = mark.end;
      yield mark;
    }
    if (++read % STEP === 0) yield null;
  }
}

function fits(run: { folded: string }[], { words, prefix }: SearchTerm) {
  return run.every(({ folded }, i) => {
    const wanted = words[i] ?? '';
    return folded === wanted || (prefix && i === words.length - 1 && folded.startsWith(wanted));
  });
}
