// A reply as it arrives: what is final is appended once, what is open is replaced.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Response } from '../src/generated/Response';
import type { StreamEvent } from '../src/generated/StreamEvent';
import { streams } from '../src/state/streams.svelte';
import { Fake } from './fake';

const response: Response = { ...new Fake().response('t'), id: 'resp_1' };
const text = (from: number, closed: string[], tail: string): StreamEvent => ({ type: 'text', threadId: 't', responseId: 'resp_1', from, closed, tail, tokens: 5 });
const blocks = () => streams.of('t')?.chunks.flat();

describe('a running reply', () => {
  beforeEach(() => {
    streams.forget('t');
    streams.onMissed = vi.fn();
    streams.onEnded = vi.fn();
    streams.hear({ type: 'started', response });
  });

  it('appends closed blocks and replaces the tail', () => {
    streams.hear(text(0, [], '<p>a'));
    streams.hear(text(0, ['<p>a</p>'], '<p>b'));
    streams.hear(text(1, ['<p>b</p>', '<p>c</p>'], ''));
    expect(blocks()).toEqual(['<p>a</p>', '<p>b</p>', '<p>c</p>']);
    expect(streams.of('t')).toMatchObject({ tail: '', tokens: 5, closed: 3 });
  });

  it('takes no block twice', () => {
    streams.hear(text(0, ['<p>a</p>', '<p>b</p>'], ''));
    streams.hear(text(0, ['<p>a</p>', '<p>b</p>', '<p>c</p>'], ''));
    expect(blocks()).toEqual(['<p>a</p>', '<p>b</p>', '<p>c</p>']);
  });

  it('asks for the rest when some were missed', () => {
    streams.hear(text(4, ['<p>e</p>'], ''));
    expect(streams.onMissed).toHaveBeenCalledWith('t');
    expect(blocks()).toEqual([]);
    streams.settle('t', { response, closed: ['1', '2', '3', '4', '5'], tail: '6', reasoning: '', elsewhere: false });
    expect(blocks()).toEqual(['1', '2', '3', '4', '5']);
    expect(streams.of('t')?.tail).toBe('6');
  });

  it('keeps what is newer here than what was fetched', () => {
    streams.hear(text(0, ['1', '2', '3'], '4'));
    streams.settle('t', { response, closed: ['1'], tail: '2', reasoning: '', elsewhere: false });
    expect(blocks()).toEqual(['1', '2', '3']);
    expect(streams.of('t')?.tail).toBe('4');
  });

  it('keeps the open rest that came while an earlier one was being fetched', () => {
    streams.hear(text(0, ['1'], '<p>two words</p>'));
    streams.settle('t', { response, closed: ['1'], tail: '<p>two</p>', reasoning: '', elsewhere: false });
    expect(streams.of('t')?.tail).toBe('<p>two words</p>');
    streams.settle('t', { response, closed: ['1'], tail: '', reasoning: '', elsewhere: false });
    expect(streams.of('t')?.tail).toBe('<p>two words</p>');
    streams.settle('t', { response, closed: ['1', '2'], tail: '', reasoning: '', elsewhere: false });
    expect(streams.of('t')).toMatchObject({ tail: '', closed: 2 });
  });

  it('lets no text that comes late take the place of what was fetched', () => {
    streams.settle('t', { response, closed: ['1', '2', '3'], tail: '4', reasoning: '', elsewhere: false });
    streams.hear(text(0, ['1'], '2'));
    expect(streams.of('t')).toMatchObject({ tail: '4', closed: 3 });
    streams.hear(text(1, ['2', '3'], '4 and more'));
    expect(streams.of('t')).toMatchObject({ tail: '4 and more', closed: 3 });
  });

  it('stays in sight until its message has been fetched', () => {
    streams.hear(text(0, [], '<p>a'));
    streams.hear({ type: 'ended', response: { ...response, status: 'completed' } });
    expect(streams.onEnded).toHaveBeenCalledWith('t', expect.objectContaining({ thread: 't' }));
    expect(streams.of('t')?.tail).toBe('<p>a');
    streams.settle('t', null);
    expect(streams.of('t')).toBeNull();
  });

  it('is not taken away by an answer that was asked for before it began', () => {
    streams.settle('t', null);
    expect(streams.of('t')).not.toBeNull();
    streams.forget('t');
    streams.settle('t', { response: { ...response, id: 'resp_elsewhere' }, closed: [], tail: 'a', reasoning: '', elsewhere: true });
    streams.settle('t', null);
    expect(streams.of('t'), 'of another process, whose end nobody tells').toBeNull();
  });

  it('is not brought back by an answer that was asked for before it ended', () => {
    streams.hear({ type: 'ended', response: { ...response, status: 'failed' } });
    streams.forget('t');
    streams.start('t', response);
    expect(streams.of('t')).toBeNull();
    streams.settle('t', { response, closed: [], tail: '', reasoning: '', elsewhere: false });
    expect(streams.of('t')).toBeNull();
    expect(streams.onMissed).toHaveBeenCalledWith('t');
  });

  it('ignores the text of a reply that is not the running one', () => {
    streams.hear({ ...text(0, ['x'], ''), responseId: 'resp_0' } as StreamEvent);
    expect(blocks()).toEqual([]);
  });

  it('is kept in pieces, so that a long one costs no more a block than a short one', () => {
    for (let i = 0; i < 1000; i++) streams.hear(text(i, [`<p>${i}</p>`], ''));
    expect(blocks()?.length).toBe(1000);
    expect(Math.max(...(streams.of('t')?.chunks.map((chunk) => chunk.length) ?? []))).toBeLessThanOrEqual(64);
  });
});
