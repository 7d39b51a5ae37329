// Reading prices as a person types them. Rust checks them again.

/** A price for a million tokens, as Rust takes it: at most six digits before and behind the point. */
export function readAmount(text: string): string | null {
  const amount = text.trim().replace(',', '.');
  return /^\d{1,6}(\.\d{1,6})?$/.test(amount) ? amount : null;
}

export function readCurrency(text: string): string | null {
  const currency = text.trim().toUpperCase();
  return /^[A-Z]{3}$/.test(currency) ? currency : null;
}
