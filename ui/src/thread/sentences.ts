// Cuts what arrives into finished sentences, each given once.

const END = /[.!?…:](?=\s|$)|[。！？]/g;

export class Sentences {
  #block = 0;
  #inTail = 0;

  /** Sentences that were finished since the last call. */
  next(chunks: string[][], tail: string) {
    const fresh = this.#closed(chunks);
    const text = plain(tail);
    let end = this.#inTail;
    for (const match of text.matchAll(END)) {
      const after = match.index + match[0].length;
      if (after > end && after < text.length) end = after;
    }
    if (end > this.#inTail) fresh.push(text.slice(this.#inTail, end));
    this.#inTail = end;
    return join(fresh);
  }

  /** All that was not given yet. */
  rest(chunks: string[][], tail: string) {
    const fresh = this.#closed(chunks);
    fresh.push(plain(tail).slice(this.#inTail));
    this.#inTail = 0;
    return join(fresh);
  }

  #closed(chunks: string[][]) {
    const fresh: string[] = [];
    let index = 0;
    for (const chunk of chunks) {
      if (index + chunk.length <= this.#block) {
        index += chunk.length;
        continue;
      }
      for (const html of chunk) {
        if (index++ < this.#block) continue;
        // The block that closed first is the tail of before: its beginning was given already.
        fresh.push(plain(html).slice(this.#inTail));
        this.#inTail = 0;
      }
    }
    this.#block = index;
    return fresh;
  }
}

const join = (pieces: string[]) => pieces.map((piece) => piece.trim()).filter((piece) => piece !== '').join(' ');

function plain(html: string) {
  return html === '' ? '' : (new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '');
}
