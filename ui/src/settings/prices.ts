// Reading prices as a person types them. Rust checks them again.
import { readNumber, UNCLEAR } from '../parts/numbers';
import type { Key } from '../state/words.svelte';

/** A price for a million tokens, as Rust takes it: at most six digits before and behind the point. */
export function readAmount(text: string): string | null {
  const amount = readNumber(text);
  return typeof amount === 'string' && /^\d{1,6}(\.\d{1,6})?$/.test(amount) ? amount : null;
}

/** What is wrong with what was typed as a price. */
export const amountFault = (text: string): Key => (readNumber(text) === UNCLEAR ? 'number.unclear' : 'price.wrongAmount');

export function readCurrency(text: string): string | null {
  const currency = text.trim().toUpperCase();
  return /^[A-Z]{3}$/.test(currency) ? currency : null;
}
