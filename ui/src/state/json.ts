// Where a JSON text is wrong. Engines say it each in their own words, WebKit's without a place, and
// none minds a key that stands twice.

/** Line and column count from 1, in characters; `key` is one that stands a second time there. */
export type Fault = { line: number; column: number; key?: string };

const SPACE = /[ \t\n\r]*/y;
// A string in long runs: a choice for each character is more than engines bear in a long one.
const TOKEN =
  /[{}[\],:]|"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** Levels that Rust reads: what is nested deeper is refused for that. */
const LEVELS = 127;

/** The first fault of a text; `null` if it can be read, or is only nested too deep. */
export function faultIn(json: string): Fault | null {
  let at = 0;
  let token = '';
  let key: string | undefined;
  let deep = false;

  function next() {
    SPACE.lastIndex = at + token.length;
    SPACE.test(json);
    at = TOKEN.lastIndex = SPACE.lastIndex;
    token = TOKEN.exec(json)?.[0] ?? '';
    return true;
  }

  /** Goes on behind this token, if it stands here. */
  const take = (wanted: string) => token === wanted && next();

  function list(end: string, item: () => boolean): boolean {
    next();
    if (take(end)) return true;
    while (item()) {
      if (take(end)) return true;
      if (!take(',')) return false;
    }
    return false;
  }

  function member(seen: Set<string>, levels: number) {
    if (!token.startsWith('"')) return false;
    const name = JSON.parse(token) as string;
    if (seen.has(name)) {
      key = name;
      return false;
    }
    seen.add(name);
    next();
    return take(':') && value(levels);
  }

  function value(levels: number): boolean {
    const opens = token === '{' || token === '[';
    if (!opens) return token !== '' && !'}],:'.includes(token) && next();
    deep ||= levels === 0;
    if (deep) return false;
    const seen = new Set<string>();
    return token === '{' ? list('}', () => member(seen, levels - 1)) : list(']', () => value(levels - 1));
  }

  next();
  if ((value(LEVELS) && at === json.length) || deep) return null;
  const before = json.slice(0, at).split('\n');
  return { line: before.length, column: [...before.at(-1)!].length + 1, ...(key === undefined ? {} : { key }) };
}
