// Plain text that is far longer than a window, in runs that are laid out one by one, as Rust cuts what it renders.

/** Characters from which a text is cut, and of a run. */
const LONG = 16 * 1024;
const RUN = 4 * 1024;
const LEFTWARDS = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const OVERRIDES = /([\u202D\u202E])\1*/g;

/** Each run ends where a line does, or else a word, and stays what it is while the text grows. */
export function runs(text: string) {
  if (text.length <= LONG) return [plainly(text)];
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const piece = text.slice(start, start + end(text.slice(start, start + RUN)));
    pieces.push(plainly(piece));
    start += piece.length;
  }
  return pieces;
}

function end(piece: string) {
  if (piece.length < RUN) return piece.length;
  const found = piece.lastIndexOf('\n') + 1 || piece.lastIndexOf(' ') + 1 || piece.length;
  // Two halves of one character stay together.
  return found === piece.length && /[\uD800-\uDBFF]$/.test(piece) ? found - 1 : found;
}

/** What turns all text behind it around is spelled out. */
function plainly(text: string) {
  return text.replace(OVERRIDES, (all, one: string) => {
    const code = `U+${one.charCodeAt(0).toString(16).toUpperCase()}`;
    return all.length > 1 ? `⟨${code} × ${all.length}⟩` : `⟨${code}⟩`;
  });
}

/** Which way a text runs, by its first letter: a page that is left to find out looks through all of it for each run. */
export function way(text: string) {
  return LEFTWARDS.test(/\p{L}/u.exec(text)?.[0] ?? '') ? 'rtl' : 'ltr';
}
