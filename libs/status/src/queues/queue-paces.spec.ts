import { describe, expect, it } from '@jest/globals';
import { QueuePaces } from './queue-paces.js';
import type { QueueStatesAt } from './queue-states.js';

function look(readAt: number, committed: number, end = 1_000_000): QueueStatesAt {
  const lane = { lane: 'normal', topic: 'jobs.probe', isRetry: false, committed: [committed], ends: [end] };
  return {
    readAt,
    queues: new Map([['probe', { queue: 'probe', lanes: [lane], deadLetters: 0, workers: 1 }]]),
  };
}

function pacesOf(...looks: QueueStatesAt[]): QueuePaces {
  const paces = new QueuePaces();
  for (const each of looks) paces.note(each);
  return paces;
}

const of = (paces: QueuePaces, count: number) => paces.of('probe', 'jobs.probe', 0, count);

describe('the pace of a queue', () => {
  it('is what its partition finished between looks', () => {
    const paces = pacesOf(look(0, 0), look(10_000, 100), look(20_000, 200));
    expect(of(paces, 50)).toEqual({ p50: 5, p90: 5 });
    expect(of(paces, 1_000)).toEqual({ p50: 100, p90: 100 });
  });

  it('tells slow times apart from the usual ones', () => {
    const steady = Array.from({ length: 9 }, (_, at) => look(at * 10_000, at * 100));
    const paces = pacesOf(...steady, look(90_000, 800), look(100_000, 800), look(110_000, 900));
    const { p50, p90 } = of(paces, 100)!;
    expect(p50).toBe(10);
    expect(p90).toBeGreaterThan(p50);
  });

  it('leaves out times without work', () => {
    expect(of(pacesOf(look(0, 0, 100), look(10_000, 100, 100), look(600_000, 100, 100)), 100)).toEqual({
      p50: 10,
      p90: 10,
    });
  });

  it('is unknown after one look, where nothing was finished, of another queue, and over a topic made anew', () => {
    expect(of(pacesOf(look(0, 0)), 1)).toBeUndefined();
    expect(of(pacesOf(look(0, 5), look(10_000, 5)), 1)).toBeUndefined();
    expect(of(pacesOf(look(0, 500), look(10_000, 5)), 1)).toBeUndefined();
    expect(pacesOf(look(0, 0), look(10_000, 5)).of('other', 'jobs.other', 0, 1)).toBeUndefined();
  });

  it('forgets what is older than ten minutes', () => {
    expect(of(pacesOf(look(0, 0), look(10_000, 100), look(620_000, 100)), 1)).toBeUndefined();
  });

  it('is told by few looks, however many there were', () => {
    const paces = pacesOf(...Array.from({ length: 5_000 }, (_, at) => look(at * 100, at)));
    expect(of(paces, 10)).toEqual({ p50: 1, p90: 1 });
    expect((paces as unknown as { looks: unknown[] }).looks.length).toBeLessThanOrEqual(65);
  });
});
