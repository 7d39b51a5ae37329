// The filters of a query, as they stand in its words: `state:locked`, `client:"Acme GmbH"`.

/** Every filter of the query language, with what can follow `metadata.`. */
const FILTER = /(^|\s)((?:state|role|client|model|before|after|metadata\.[^\s:"]+)):("[^"]*"?|\S+)/gi;

export type Filter = { key: string; value: string };

/** The filters that stand in a query. */
export function filtersOf(query: string): Filter[] {
  return [...query.matchAll(FILTER)].map((match) => ({ key: (match[2] ?? '').toLowerCase(), value: (match[3] ?? '').replaceAll('"', '') }));
}

/** The query with one filter set, or without it. The other words stay as they are. */
export function withFilter(query: string, key: string, value: string | null): string {
  const others = query.replace(FILTER, (whole: string, space: string, found: string) => (found.toLowerCase() === key ? space : whole));
  const words = others.replace(/\s+/g, ' ').trim();
  if (value === null) return words;
  const written = /[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
  return `${words} ${key}:${written}`.trim();
}
