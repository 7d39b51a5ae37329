// Messages of a long thread are fetched before they come into sight, and in large pieces.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { threads } from '../src/ipc';
import { pane } from '../src/state/pane.svelte';
import { Fake } from './fake';

const LENGTH = 500;
let asked = vi.spyOn(threads, 'messageViews');
/** Once all that was asked for has come. */
const arrived = () => Promise.all(asked.mock.results.map((each) => each.value as Promise<unknown>)).then(() => new Promise((done) => setTimeout(done)));
const here = (at: number) => pane.view(at) !== null;

describe('a reader who scrolls', () => {
  beforeEach(async () => {
    const fake = new Fake();
    const kept = fake.add('long', 'Long', null, 'open', 1);
    for (let n = 0; n < LENGTH; n++) fake.say(kept, n % 2 ? 'assistant' : 'user', `Message ${n + 1}`);
    fake.install();
    pane.id = null;
    await pane.open('long');
    asked = vi.spyOn(threads, 'messageViews');
  });

  it('finds what lies ahead already there, both ways', async () => {
    pane.need(300, 310);
    await arrived();
    expect([here(299), here(300), here(310), here(311)]).toEqual([false, true, true, false]);
    pane.need(296, 306);
    await arrived();
    expect([here(216), here(215), here(311)]).toEqual([true, false, false]);
    pane.need(300, 320);
    await arrived();
    expect([here(400), here(401)]).toEqual([true, false]);
  });

  it('asks seldom, and for nothing beyond the ends', async () => {
    pane.need(490, LENGTH);
    for (let first = 486; first > 0; first -= 4) {
      pane.need(first, first + 10);
      await arrived();
    }
    expect(here(1)).toBe(true);
    expect(asked.mock.calls.length).toBeLessThan(2 * (LENGTH / 40));
    expect(Math.min(...asked.mock.calls.map((call) => call[1]))).toBe(1);
  });
});
