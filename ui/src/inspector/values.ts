// How a metadata value is read from a field and shown in one. What looks like a number, a list or
// an object in JSON is one; everything else is text, quotes or not.

export function readValue(text: string): unknown {
  const trimmed = text.trim();
  if (!/^(-?\d|true$|false$|[[{])/.test(trimmed)) return text.trim();
  try {
    const value: unknown = JSON.parse(trimmed);
    // A number that would come back in other digits (an account, a long id) stays as it was typed.
    if (typeof value === 'number' && String(value) !== trimmed) return trimmed;
    return value;
  } catch {
    return trimmed;
  }
}

export function showValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Bytes of a value as compact JSON: that is what is measured against the limit. */
export const sizeOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value)).length;

/** The same of what is written; what is no JSON yet counts as it stands. */
export function sizeOfJson(json: string): number {
  try {
    return sizeOf(JSON.parse(json));
  } catch {
    return new TextEncoder().encode(json).length;
  }
}
