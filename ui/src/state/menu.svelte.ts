// The menu that is open over the messages, if one is. It hangs in the window and not in its message,
// which clips what stands in it and may be drawn anew.
import type { At, Item } from '../parts/menu';

type Open = { label: string; at: At; items: (Item | string)[]; owner: object };

class MessageMenu {
  open = $state.raw<Open | null>(null);
}

export const menu = new MessageMenu();
