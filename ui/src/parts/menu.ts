// What a menu holds, and where it opens.
export type Item = {
  label: string;
  icon?: string;
  hint?: string;
  checked?: boolean;
  disabled?: boolean;
  run: () => void;
};

export type At = { x: number; y: number; up?: boolean };

/** Just under a button, or above it where there is more room. */
export function under(button: HTMLElement): At {
  const box = button.getBoundingClientRect();
  const up = box.bottom > window.innerHeight * 0.6;
  return { x: box.left, y: up ? box.top - 4 : box.bottom + 4, up };
}
