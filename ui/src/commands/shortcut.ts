// A shortcut as data: whether an event is one, and how it is written on this platform.
import { t, type Key } from '../state/words.svelte';

export type Shortcut = {
  /** As `KeyboardEvent.key` has it, letters in lower case; or `Click`, or `Letters` for any of them. */
  key: string;
  /** Ctrl, or Command on a Mac. */
  command?: true;
  shift?: true;
  alt?: true;
};

export const mac = /^Mac|^iP/.test(navigator.platform);
/** Two keys of one meaning: plus and minus stand on different levels on different keyboards. */
const twins: Record<string, string> = { '=': '+', _: '-' };

/** Whether a key event is this shortcut. A sign that needs Shift on some keyboards needs none here. */
export function matches(event: KeyboardEvent, shortcut: Shortcut): boolean {
  const letter = /^[a-z]$/i.test(event.key);
  const key = letter ? event.key.toLowerCase() : event.key;
  const command = mac ? event.metaKey : event.ctrlKey;
  const stray = mac ? event.ctrlKey : event.metaKey;
  const sign = !letter && [...key].length === 1;
  return (
    (key === shortcut.key || twins[key] === shortcut.key) &&
    command === (shortcut.command ?? false) &&
    !stray &&
    event.altKey === (shortcut.alt ?? false) &&
    (sign || event.shiftKey === (shortcut.shift ?? false))
  );
}

const names: Record<string, Key> = {
  Escape: 'keys.escape',
  Enter: 'keys.enter',
  Delete: 'keys.delete',
  Home: 'keys.home',
  End: 'keys.end',
  PageUp: 'keys.pageUp',
  PageDown: 'keys.pageDown',
  ContextMenu: 'keys.menu',
  Click: 'keys.click',
};
const signs: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', '-': '−', ' ': '␣', Letters: 'A…Z' };

function written(key: string) {
  const name = names[key];
  return name ? t(name) : (signs[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}

/** The keys to press, one by one. */
export function keys({ key, command, shift, alt }: Shortcut): string[] {
  const held = [command && (mac ? '⌘' : t('keys.control')), alt && (mac ? '⌥' : t('keys.alt')), shift && (mac ? '⇧' : t('keys.shift'))];
  return [...held.filter((each) => typeof each === 'string'), written(key)];
}

/** As it stands behind words: Ctrl+Shift+N, or ⌘⇧N on a Mac. */
export const inWords = (shortcut: Shortcut) => keys(shortcut).join(mac ? '' : '+');

/** As the system's menus write it: CmdOrCtrl+Shift+N. A menu would take a letter by itself from whoever types it. */
export function accelerator(shortcut: Shortcut | undefined) {
  if (shortcut === undefined || !(shortcut.command || shortcut.alt || /^F\d/.test(shortcut.key))) return null;
  const { key, command, shift, alt } = shortcut;
  const held = [command && 'CmdOrCtrl', alt && 'Alt', shift && 'Shift'].filter(Boolean);
  return [...held, key === '+' ? 'Plus' : key.length === 1 ? key.toUpperCase() : key.replace(/^Arrow/, '')].join('+');
}
