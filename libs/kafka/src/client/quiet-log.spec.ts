import { describe, expect, it } from '@jest/globals';
import { quietLog, type KafkajsLogEntry } from './quiet-log.js';

const entry = (message: string, more: Record<string, unknown> = {}, level = 1): KafkajsLogEntry => ({
  namespace: 'Connection',
  level,
  log: { timestamp: 'now', logger: 'kafkajs', message, ...more },
});

describe('quietLog', () => {
  const setUp = () => {
    const lines: { message: string; context: Record<string, unknown> }[] = [];
    const clock = { now: 0 };
    const log = quietLog(
      (_level, message, context) => lines.push({ message, context }),
      () => clock.now,
    );
    return { lines, clock, log };
  };

  it.each([
    entry('Response OffsetCommit(key: 8, version: 5)', {
      error: 'The group is rebalancing, so a rejoin is needed',
    }),
    entry('Response GroupCoordinator(key: 10, version: 2)', {
      error: 'The group coordinator is not available',
    }),
    entry('Response JoinGroup(key: 11, version: 5)', {
      error: "The coordinator is loading and hence can't process requests for this group",
    }),
    entry('The group is rebalancing, re-joining', {}, 2),
    entry('Stopped', {}, 4),
  ])('keeps out what is expected: $log.message', (noise) => {
    const { lines, log } = setUp();
    log(noise);
    expect(lines).toEqual([]);
  });

  it('says the same at most twice a minute, with a count', () => {
    const { lines, clock, log } = setUp();
    for (let second = 0; second < 31; second += 1) {
      clock.now = second * 1_000;
      log(entry('Connection error: connect ECONNREFUSED', { broker: 'a:1', stack: 'at ...' }));
      log(entry('Connection error: connect ECONNREFUSED', { broker: 'b:1' }));
    }
    expect(lines.map(({ context }) => context)).toEqual([
      { broker: 'a:1' },
      { broker: 'b:1' },
      { broker: 'a:1', repeated: 29 },
      { broker: 'b:1', repeated: 29 },
    ]);
  });
});
