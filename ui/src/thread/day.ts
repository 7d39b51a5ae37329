// A day as a person writes it, where the system's field for dates is a field for text.

/** The order in which day, month and year stand in a locale. */
function order(locale: string) {
  const parts = new Intl.DateTimeFormat(locale).formatToParts(new Date(2026, 10, 22));
  return parts.flatMap(({ type }) => (type === 'day' || type === 'month' || type === 'year' ? [type] : []));
}

/** Reads `2026-11-22`, or a day as the locale writes it, such as `22.11.2026`; `null` for anything else. */
export function readDay(text: string, locale: string): string | null {
  const numbers = text.trim().match(/\d+/g) ?? [];
  if (numbers.length !== 3) return null;
  const names = numbers[0]!.length === 4 ? (['year', 'month', 'day'] as const) : order(locale);
  const value = (name: string) => Number(numbers[names.indexOf(name as 'day')]);
  const [year, month, day] = [value('year') < 100 ? 2000 + value('year') : value('year'), value('month'), value('day')];
  const date = new Date(Date.UTC(year, month - 1, day));
  const holds = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return holds ? date.toISOString().slice(0, 10) : null;
}

/** How a day is written in a locale. */
export const writeDay = (locale: string) => new Intl.DateTimeFormat(locale).format(new Date(2026, 10, 22));
