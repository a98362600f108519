import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLoggerTo } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import { LoopWatch } from './loop-watch.js';

const beatMs = 500;
const slow = { request: { id: 'slow', type: 'print.slow' }, run: 1, attempt: 2 } as StartableJob;

describe('loop watch', () => {
  let now: number;
  let waited: number;
  let blocks: string[];
  let lines: Record<string, unknown>[];
  let watch: LoopWatch;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    [now, waited, blocks, lines] = [0, 0, [], []];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    watch = new LoopWatch({
      running: { idsHere: () => ['slow', 'quick'] },
      logger: createLoggerTo(
        { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
        'test',
        'info',
      ),
      countBlock: (type) => void blocks.push(type),
      standMs: 0,
      service: 'test',
      processorWait: () => waited,
    });
  });
  afterEach(async () => {
    await watch.stop();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** Lets time pass, in some of which the thread stands in line for a processor. */
  const pass = (ms: number, waitedMs = 0) => {
    now += ms;
    waited += waitedMs;
  };
  const beat = () => jest.advanceTimersByTime(beatMs);

  it('names a handler that held the loop up before it returned, once', () => {
    pass(1_200);
    watch.noteHandler(slow, 'print.slow', 1_200);
    beat();
    expect(blocks).toEqual(['print.slow']);
    expect(lines).toMatchObject([{ job: 'slow', type: 'print.slow', run: 1, attempt: 2, blockedMs: 1_200 }]);
  });

  it('names what runs when the loop was held up later in the course of a handler', () => {
    pass(beatMs + 1_100);
    beat();
    expect(blocks).toEqual(['unknown']);
    expect(lines).toMatchObject([{ blockedMs: 1_100, jobs: ['slow', 'quick'] }]);
  });

  it('names nobody for a beat that is late by a second', () => {
    pass(beatMs + 1_000);
    beat();
    pass(beatMs);
    beat();
    expect(lines).toEqual([]);
  });

  it('names nobody while the loop had no processor', () => {
    pass(5_000, 4_500);
    watch.noteHandler(slow, 'print.slow', 5_000);
    pass(beatMs + 4_000, 3_600);
    beat();
    expect(blocks).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('takes the time without a processor from a block, and from no later one', () => {
    pass(3_000, 1_500);
    watch.noteHandler(slow, 'print.slow', 3_000);
    pass(beatMs);
    beat();
    pass(beatMs + 1_100);
    beat();
    expect(lines.map(({ blockedMs }) => blockedMs)).toEqual([1_500, 1_100]);
  });
});
