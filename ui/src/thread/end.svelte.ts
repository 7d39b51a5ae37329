// Whether a reader is at the end of what scrolls: what they do decides it, and never what comes meanwhile.
const NEAR = 40;

export class End {
  reached = $state(true);
  #top = 0;
  #height = 0;

  /** Takes where the reader went. */
  scrolled(box: HTMLElement) {
    const gap = box.scrollHeight - box.scrollTop - box.clientHeight;
    const upwards = box.scrollTop < this.#top - 1 && box.scrollHeight >= this.#height;
    // An event for where the view put itself says nothing of the reader: more may have come since.
    const moved = Math.abs(box.scrollTop - this.#top) >= 1;
    if (moved) this.reached = upwards ? gap < 2 : gap < NEAR;
    this.note(box);
  }

  /** Takes where the view put itself. */
  note(box: HTMLElement) {
    this.#top = box.scrollTop;
    this.#height = box.scrollHeight;
  }

  go(box: HTMLElement) {
    this.reached = true;
    box.scrollTop = box.scrollHeight;
    this.note(box);
  }
}
