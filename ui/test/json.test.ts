// Where a JSON text is wrong: told by the scanner alone, so the same in every engine.
import { describe, expect, it } from 'vitest';
import { faultIn } from '../src/state/json';

const at = (line: number, column: number) => ({ line, column });
const good = '{\n  "client": "Acme \\"AG\\" \\u00fc",\n  "list": [1, -2.5e+3, [], {}],\n  "deep": { "open": true, "note": null }\n}\n';

const parses = (json: string) => {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
};

describe('a fault in JSON', () => {
  it('is named by line and column', () => {
    expect(faultIn('{\n  "a": 1\n  "b": 2\n}')).toEqual(at(3, 3));
    expect(faultIn('{\n  "a": 1,\n}')).toEqual(at(3, 1));
    expect(faultIn("{\n  'a': 1\n}")).toEqual(at(2, 3));
    expect(faultIn('{"a": "never closed}')).toEqual(at(1, 7));
    expect(faultIn('{"a": 01}')).toEqual(at(1, 8));
    expect(faultIn('{"a": [1, 2}')).toEqual(at(1, 12));
    expect(faultIn('{"a": 1}\n{"b": 2}')).toEqual(at(2, 1));
    expect(faultIn('{"a": 1')).toEqual(at(1, 8));
    expect(faultIn('')).toEqual(at(1, 1));
  });

  it('counts characters, not their halves', () => {
    expect(faultIn('{"😀": x}')).toEqual(at(1, 7));
  });

  it('may be a key that stands twice in one object', () => {
    expect(faultIn('{\n  "a": 1,\n  "b": {"a": 2},\n  "\\u0061": 3\n}')).toEqual({ ...at(4, 3), key: 'a' });
    expect(faultIn('[{"a": 1}, {"a": 1}]')).toBeNull();
  });

  it('is found wherever the engine finds one, and nowhere else', () => {
    expect(faultIn(good)).toBeNull();
    const changed = Array.from(good, (_, i) => [good.slice(0, i), good.slice(0, i) + good.slice(i + 1), `${good.slice(0, i)},${good.slice(i)}`, `${good.slice(0, i)}0${good.slice(i)}`]);
    for (const json of changed.flat()) expect([json, faultIn(json) === null]).toEqual([json, parses(json)]);
  });

  it('is told of a long text and of a deep one at once', () => {
    const long = 'x'.repeat(1_000_000);
    expect(faultIn(`{"a": "${long}", "b"}`)).toEqual(at(1, 1_000_014));
    expect(faultIn('['.repeat(1_000_000))).toBeNull();
  });
});
