// Short notes about what was done, with Undo where there is one.
export type Toast = { id: number; words: string; undo: (() => void) | null };

const SHOWN_FOR = 10_000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  add(words: string, undo: (() => void) | null = null) {
    const toast = { id: this.#next++, words, undo };
    this.list = [...this.list.slice(-2), toast];
    this.wait(toast.id);
  }

  drop(id: number) {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
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
