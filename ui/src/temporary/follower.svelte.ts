// Keeps the end of what grows in view, while the reader is at the end.
const NEAR = 40;

export class Follower {
  atEnd = $state(true);
  #box: HTMLElement | null = null;

  attach = (box: HTMLElement) => {
    this.#box = box;
    const observer = new ResizeObserver(() => {
      if (this.atEnd) this.toEnd();
    });
    observer.observe(box);
    for (const child of box.children) observer.observe(child);
    return () => {
      observer.disconnect();
      this.#box = null;
    };
  };

  scrolled() {
    const box = this.#box;
    if (box) this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  }

  toEnd() {
    this.atEnd = true;
    if (this.#box) this.#box.scrollTop = this.#box.scrollHeight;
  }
}
