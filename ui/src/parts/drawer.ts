import { tick } from 'svelte';

/** A drawer takes the focus, and gives it back to where it came from unless something else has it. */
export function enter(node: HTMLElement) {
  const before = document.activeElement;
  node.querySelector<HTMLElement>('button, input')?.focus();
  return () =>
    void tick().then(() => {
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    });
}
