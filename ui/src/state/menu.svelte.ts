// The menu that is open over the messages, if one is. It hangs in the window and not in its message,
// which clips what stands in it and may be drawn anew.

/** What a menu holds; beside these, words are a heading and an empty place is a line. */
export type Item = {
  label: string;
  icon?: string;
  hint?: string;
  checked?: boolean;
  disabled?: boolean;
  run: () => void;
};

/** Where it opens. */
export type At = { x: number; y: number; up?: boolean };

type Open = { label: string; at: At; items: (Item | string)[]; owner: object };

class MessageMenu {
  open = $state.raw<Open | null>(null);
}

export const menu = new MessageMenu();
