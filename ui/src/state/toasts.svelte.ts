// Short notes about what was done, with Undo where there is one.
export type Toast = {
  id: number;
  words: string;
  undo: (() => void) | null;
  /** What is to be done once it cannot be undone any more. */
  gone: (() => void) | null;
};

const SHOWN_FOR = 10_000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  add(words: string, undo: (() => void) | null = null, gone: (() => void) | null = null) {
    const toast = { id: this.#next++, words, undo, gone };
    this.list = [...this.list, toast];
    for (const old of this.list.slice(0, -3)) this.drop(old.id);
    this.wait(toast.id);
  }

  drop(id: number) {
    this.#take(id)?.gone?.();
  }

  undo(id: number) {
    this.#take(id)?.undo?.();
  }

  #take(id: number) {
    this.hold(id);
    const taken = this.list.find((toast) => toast.id === id);
    this.list = this.list.filter((toast) => toast.id !== id);
    return taken;
  }

  /** While it is pointed at or has the focus, a toast stays. */
  hold(id: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  wait(id: number) {
    this.hold(id);
    this.#timers.set(id, setTimeout(() => this.drop(id), SHOWN_FOR));
  }
}

export const toasts = new Toasts();
