// Numbers as people type and read them here: by the locale's signs. What could be two numbers is none.
import { words } from '../state/words.svelte';

/** What was typed could mean one number here and another elsewhere, such as 1,500. */
export const UNCLEAR = Symbol('unclear');

function signs() {
  const parts = new Intl.NumberFormat(words.locale).formatToParts(1234567.8);
  const sign = (type: Intl.NumberFormatPartTypes) => alike(parts.find((part) => part.type === type)?.value ?? '');
  return { group: sign('group'), decimal: sign('decimal') };
}

/** Spaces, apostrophes and minus signs have many shapes. */
const alike = (typed: string) => typed.replace(/\s/g, ' ').replace(/’/g, "'").replace(/−/g, '-');

/** A number written plainly: digits, and a point before decimals. `null` if what was typed is none, or not whole where it has to be. */
export function readNumber(typed: string, whole = false): string | null | typeof UNCLEAR {
  const [, minus = '', digits = ''] = /^(-?)(\d[\d., ']*)$/.exec(alike(typed.trim())) ?? [];
  const last = /[., '](?=\d*$)/.exec(digits);
  if (last === null) return digits === '' ? null : minus + digits;
  const [before, sign, after] = [digits.slice(0, last.index), last[0], digits.slice(last.index + 1)];
  const grouped = after.length === 3 && inGroups(before, sign);
  const decimal = /[.,]/.test(sign) && after !== '' && (/^\d+$/.test(before) || [...".,' "].some((each) => each !== sign && inGroups(before, each)));
  if (grouped && decimal) {
    const here = signs();
    if (sign !== (whole ? here.group : here.decimal)) return UNCLEAR;
    return minus + (whole ? before + after : `${before}.${after}`);
  }
  if (grouped) return minus + `${before}${after}`.replace(/\D/g, '');
  return decimal && !whole ? `${minus}${before.replace(/\D/g, '')}.${after}` : null;
}

/** Digits that stand in groups of three, or of two as in India, with one sign between them. */
const inGroups = (digits: string, sign: string) => new RegExp(`^[1-9]\\d{0,2}(?:[${sign}]\\d{2,3})*$`).test(digits);

/** A number as one would type it here. */
export const showNumber = (n: number) => new Intl.NumberFormat(words.locale, { useGrouping: false, maximumFractionDigits: 20, numberingSystem: 'latn' }).format(n);

/** Likewise for an amount that Rust wrote. */
export const showAmount = (amount: string) => amount.replace('.', signs().decimal);
