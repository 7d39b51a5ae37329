// How well words fit what was typed, letter by letter in order, and which letters those were.

export type Match = { score: number; letters: number[] };

const startsWord = (text: string, at: number) => at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? '');

/** How folded words fit a folded query: each of its words has to be found; `null` if one is not. */
export function match(query: string, text: string): Match | null {
  const letters: number[] = [];
  let score = 0;
  for (const word of query.split(' ')) {
    if (word === '') continue;
    const found = whole(word, text) ?? initials(word, text) ?? scattered(word, text);
    if (found === null) return null;
    score += found.score * word.length;
    letters.push(...found.letters);
  }
  return { score, letters };
}

/** In one piece: best at the very start, then at the start of a word. */
function whole(word: string, text: string): Match | null {
  let at = text.indexOf(word);
  if (at < 0) return null;
  const first = at;
  while (at >= 0 && !startsWord(text, at)) at = text.indexOf(word, at + 1);
  const from = at >= 0 ? at : first;
  return { score: from === 0 ? 5 : at >= 0 ? 4 : 2, letters: Array.from(word, (_, i) => from + i) };
}

/** By the first letters of words in a row. */
function initials(word: string, text: string): Match | null {
  const starts = [...text.matchAll(/[\p{L}\p{N}]+/gu)].map((each) => each.index);
  for (let from = 0; from + word.length <= starts.length; from++) {
    const run = starts.slice(from, from + word.length);
    if (run.every((at, i) => text[at] === word[i])) return { score: 3, letters: run };
  }
  return null;
}

/** Here and there, for words long enough to mean something, and close together. */
function scattered(word: string, text: string): Match | null {
  const letters: number[] = [];
  for (const letter of word) {
    const at = text.indexOf(letter, (letters.at(-1) ?? -1) + 1);
    if (at < 0) return null;
    letters.push(at);
  }
  const span = (letters.at(-1) ?? 0) - (letters[0] ?? 0) + 1;
  return word.length >= 3 && span <= word.length * 3 ? { score: 1, letters } : null;
}
