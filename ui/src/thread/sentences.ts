// Cuts what arrives into finished sentences, each given once: as many at a time as somebody may want to listen to.

const END = /[.!?…:](?=\s|$)|[。！？]/g;
/** Characters given at a time: more would take minutes to say. */
const MOST = 2000;
/** Characters of HTML that hold as many, if they hold text at all. */
const ENOUGH = 32 * MOST;

export class Sentences {
  /** Whether some of what was new last is left to be read. */
  cut = false;
  #block = 0;
  #inTail = 0;

  /** Sentences that were finished since the last call. */
  next(chunks: string[][], tail: string) {
    this.cut = false;
    const fresh = this.#closed(chunks);
    const text = plain(tail);
    let end = this.#inTail;
    for (const match of text.matchAll(END)) {
      const after = match.index + match[0].length;
      if (after > end && after < text.length) end = after;
    }
    if (end > this.#inTail) fresh.push(text.slice(this.#inTail, end));
    this.#inTail = end;
    return this.#give(fresh);
  }

  /** All that was not given yet. */
  rest(chunks: string[][], tail: string) {
    this.cut = false;
    const fresh = this.#closed(chunks);
    fresh.push(plain(tail).slice(this.#inTail));
    this.#inTail = 0;
    return this.#give(fresh);
  }

  #closed(chunks: string[][]) {
    const fresh: string[] = [];
    let read = 0;
    let index = 0;
    for (const chunk of chunks) {
      if (index + chunk.length <= this.#block) {
        index += chunk.length;
        continue;
      }
      for (const html of chunk) {
        if (index++ < this.#block) continue;
        // The block that closed first is the tail of before: its beginning was given already.
        // What would be left out need not be read.
        if (read > ENOUGH) this.cut = true;
        else fresh.push(plain(html).slice(this.#inTail));
        read += html.length;
        this.#inTail = 0;
      }
    }
    this.#block = index;
    return fresh;
  }

  #give(pieces: string[]) {
    const text = pieces.map((piece) => piece.trim()).filter((piece) => piece !== '').join(' ');
    if (text.length <= MOST) return text;
    this.cut = true;
    const most = text.slice(0, MOST);
    const end = [...most.matchAll(END)].at(-1);
    return end ? most.slice(0, end.index + end[0].length) : most;
  }
}

function plain(html: string) {
  return html === '' ? '' : (new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '');
}
