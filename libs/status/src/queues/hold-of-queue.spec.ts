import { describe, expect, it } from '@jest/globals';
import { holdOfQueue, type QueueFacts } from './hold-of-queue.js';

const busy: QueueFacts = { queue: 'probe', lag: 3, workers: 1, pausedSince: undefined, failing: undefined };
const failing = { origin: 'https://a.test', since: 'noon' };

describe('what holds a queue', () => {
  it.each([
    ['a pause before all others', { pausedSince: 'noon', workers: 0, failing }, 'pause'],
    ['the lack of workers before a failing server', { workers: 0, failing }, 'worker'],
    ['the failing server of an endpoint', { failing }, 'endpoint'],
  ] as const)('is %s', (_, facts, kind) => {
    expect(holdOfQueue({ ...busy, ...facts })).toMatchObject({ kind });
  });

  it('is nothing where jobs go on, and where none waits', () => {
    expect(holdOfQueue(busy)).toBeNull();
    expect(holdOfQueue({ ...busy, lag: 0, workers: 0, pausedSince: 'noon', failing })).toBeNull();
  });
});
