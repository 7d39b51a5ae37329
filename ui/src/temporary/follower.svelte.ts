// Keeps the end of what grows in view, while the reader is at the end.
import { End } from '../thread/end.svelte';

export class Follower {
  #end = new End();
  #box: HTMLElement | null = null;

  get atEnd() {
    return this.#end.reached;
  }

  /** What scrolls, once it is there. */
  get box() {
    return this.#box;
  }

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
    if (this.#box) this.#end.scrolled(this.#box);
  }

  toEnd() {
    if (this.#box) this.#end.go(this.#box);
  }
}
