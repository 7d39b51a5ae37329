// Where things stand in long columns: heights of messages, lines of the sidebar.
import { describe, expect, it } from 'vitest';
import { Layout } from '../src/sidebar/layout';
import { Heights } from '../src/state/heights';

/** The same numbers each run. */
function dice(seed: number) {
  return () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

describe('heights', () => {
  it('agree with adding them up, whatever is measured', () => {
    const roll = dice(7);
    const heights = new Heights(300, 100);
    const plain = Array.from({ length: 300 }, () => 100);
    for (let i = 0; i < 2000; i++) {
      const at = Math.floor(roll() * 300);
      const height = Math.round(roll() * 900) + 1;
      expect(heights.set(at, height)).toBe(height - plain[at]!);
      plain[at] = height;
      const index = Math.floor(roll() * 301);
      expect(heights.offset(index)).toBe(plain.slice(0, index).reduce((sum, each) => sum + each, 0));
    }
    for (let i = 0; i < 300; i++) {
      expect(heights.indexAt(heights.offset(i))).toBe(i);
      expect(heights.indexAt(heights.offset(i + 1) - 1)).toBe(i);
    }
  });

  it('keep what was measured when the thread grows or shrinks', () => {
    const heights = new Heights(3, 100);
    heights.set(1, 250);
    heights.resize(10);
    expect(heights.total).toBe(1150);
    expect(heights.isKnown(1)).toBe(true);
    expect(heights.isKnown(5)).toBe(false);
    heights.resize(2);
    expect(heights.total).toBe(350);
  });

  it('answer for nothing, and outside of what there is', () => {
    const none = new Heights(0, 100);
    expect([none.total, none.offset(5), none.indexAt(40)]).toEqual([0, 0, 0]);
    const few = new Heights(3, 100);
    expect([few.indexAt(-20), few.indexAt(99_999), few.set(7, 10)]).toEqual([0, 2, 0]);
  });
});

describe('the sidebar', () => {
  const groups = [
    { name: 'Acme', pinned: false, count: 3 },
    { name: null, pinned: false, count: 10_000 },
  ];
  const layout = new Layout(groups, 33, 32);

  it('draws only what is in sight', () => {
    const placed = layout.between(0, 330);
    expect(placed.map((each) => (each.kind === 'heading' ? each.group.name : each.index))).toEqual(['Acme', 0, 1, 2, null, 3, 4, 5, 6, 7, 8]);
    expect(layout.between(200_000, 200_600).length).toBeLessThan(22);
  });

  it('puts each line where the lines before it end', () => {
    expect(layout.height).toBe(2 * 32 + 10_003 * 33);
    expect([layout.yOf(0), layout.yOf(2), layout.yOf(3)]).toEqual([32, 98, 32 + 99 + 32]);
    const far = layout.between(layout.yOf(9_000), layout.yOf(9_000) + 1)[0];
    expect(far).toMatchObject({ kind: 'row', index: 9_000 });
  });
});
