// Code in messages gets its colours once it is on show: Rust makes them off the painting path.
import { program } from '../ipc';

/** Rust colours blocks up to this length and shows longer ones plain. */
const LONGEST = 64 * 1024;

let last: Promise<unknown> = Promise.resolve();

/**
 * Colours a `code` element unless it has colours, or its text has changed meanwhile. One after the other: many at once
 * would be one long frame.
 */
export function colour(code: Element) {
  return (last = last.then(() => paint(code)));
}

async function paint(code: Element) {
  const language = code.getAttribute('data-lang');
  const text = code.textContent ?? '';
  if (!code.isConnected || !language || code.querySelector('span:not(.run)') || text.length === 0 || text.length > LONGEST) return;
  // Without colours the code can be read as it is.
  const html = await program.highlight(language, text).catch(() => null);
  if (html !== null && code.isConnected && code.textContent === text) code.innerHTML = html;
}
