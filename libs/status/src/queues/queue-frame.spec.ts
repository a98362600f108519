import { describe, expect, it } from '@jest/globals';
import type { QueueFrame, QueueView } from '@jobstream/contracts/rest';
import { frameOf, FramePast } from './queue-frame.js';

const lane = (name: string, committed: number, end: number) => ({
  lane: name,
  topic: `jobs.image.${name}`,
  lag: end - committed,
  partitions: [{ partition: 0, committed, end, lag: end - committed }],
});

const view: QueueView = {
  queue: 'image',
  lag: 15,
  lanes: [lane('high', 5, 5), lane('normal', 90, 100), lane('retry.60s', 15, 20)],
  running: 2,
  retrying: 5,
  scheduled: 0,
  deadLetters: 3,
  paused: false,
  limits: {},
  workers: 1,
  oldestWaitingSeconds: 4,
  waitingFor: null,
};

describe('the frame of a queue', () => {
  it('counts what came, was finished, retried and dead-lettered in its log', () => {
    const { lanes: _, limits: __, ...others } = view;
    expect(frameOf(view)).toEqual({
      ...others,
      backlog: 10,
      totals: { came: 105, finished: 95, retried: 20, deadLettered: 3 },
    });
  });
});

describe('the past of frames', () => {
  const frames = (came: number): QueueFrame[] => [
    { ...frameOf(view), totals: { came, finished: 0, retried: 0, deadLettered: 0 } },
  ];

  it('keeps one frame in ten seconds, of fifteen minutes at most', () => {
    const past = new FramePast();
    for (let second = 0; second <= 2_000; second += 1) past.note(second * 1_000, frames(second));
    const kept = past.read(2_000_000);
    expect(kept).toHaveLength(90);
    expect([kept[0]!.secondsAgo, kept.at(-1)!.secondsAgo]).toEqual([890, 0]);
    expect(kept[0]!.queues).toEqual([
      { queue: 'image', totals: { came: 1_110, finished: 0, retried: 0, deadLettered: 0 } },
    ]);
  });

  it('leaves out what is older, because nobody watched meanwhile', () => {
    const past = new FramePast();
    past.note(0, frames(1));
    expect(past.read(60_000)).toHaveLength(1);
    expect(past.read(900_001)).toEqual([]);
  });
});
