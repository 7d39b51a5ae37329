// The focus is not lost with what had it: a button that did its work, a form that was saved.
import { tick } from 'svelte';

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]';

/** An attachment: where its element goes with the focus in it, that goes back to where it came from, or to what is nearest. */
export function keepsFocus(node: HTMLElement) {
  const before = document.activeElement;
  const around: Element[] = [];
  for (let at = node.parentElement; at !== null && at !== document.body; at = at.parentElement) around.push(at);
  let inside = node.contains(before);
  const enter = () => (inside = true);
  const leave = () => queueMicrotask(() => node.isConnected && !node.contains(document.activeElement) && (inside = false));
  node.addEventListener('focusin', enter);
  node.addEventListener('focusout', leave);
  return () => {
    if (inside) void tick().then(() => document.activeElement === document.body && nearest(before, around)?.focus());
  };
}

/** Likewise for a field that is to be typed in at once, in place of all that it holds. */
export function takesFocus(field: HTMLInputElement) {
  const leave = keepsFocus(field);
  field.focus();
  field.select();
  return leave;
}

function nearest(before: Element | null, around: Element[]): HTMLElement | null {
  if (before instanceof HTMLElement && before !== document.body && before.isConnected) return before;
  for (const each of around) {
    if (!each.isConnected) continue;
    const found = each.matches(FOCUSABLE) ? each : each.querySelector(FOCUSABLE);
    if (found instanceof HTMLElement) return found;
  }
  return null;
}
