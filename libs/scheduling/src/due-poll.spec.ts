import { describe, expect, it } from '@jest/globals';
import { DuePoll } from './due-poll.js';

function setUp(answers: (number | undefined | Error)[]) {
  let now = 1_000;
  const looks: number[] = [];
  const failures: unknown[] = [];
  const poll = new DuePoll({
    look: async () => {
      looks.push(now);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onFailure: (error) => failures.push(error),
    maxPauseMs: 1_000,
    monotonic: () => now,
  });
  const run = async (until: number) => {
    for (; now <= until; now += 50) await poll.tick();
  };
  return { poll, looks, failures, run };
}

describe('a poll for due work', () => {
  it('looks at once, then after the longest pause each time', async () => {
    const { looks, run } = setUp([]);
    await run(3_200);
    expect(looks).toEqual([1_000, 2_000, 3_000]);
  });

  it('looks when the next work is due, however soon that is', async () => {
    const { looks, run } = setUp([120, 0, 5_000]);
    await run(2_500);
    expect(looks).toEqual([1_000, 1_150, 1_200, 2_200]);
  });

  it('looks earlier when it is told of work', async () => {
    const { poll, looks, run } = setUp([]);
    await run(1_100);
    poll.expect(200);
    poll.expect(700);
    await run(1_400);
    expect(looks).toEqual([1_000, 1_350]);
  });

  it('remembers work that it is told of while it looks', async () => {
    let finish: () => void = () => undefined;
    let looks = 0;
    const poll = new DuePoll({
      look: () => new Promise((resolve) => ((finish = () => resolve(undefined)), looks++)),
      onFailure: () => undefined,
      maxPauseMs: 1_000,
      monotonic: () => 0,
    });
    const first = poll.tick();
    poll.expect(0);
    await poll.tick();
    expect(looks).toBe(1);
    finish();
    await first;
    void poll.tick();
    expect(looks).toBe(2);
    finish();
    await poll.stop();
  });

  it('continues after a failure, and reports it until a look succeeds', async () => {
    const { poll, looks, failures, run } = setUp([new Error('away'), undefined]);
    await run(1_500);
    expect([failures.length, poll.lastFailure?.message]).toEqual([1, 'away']);
    await run(2_100);
    expect([looks.length, poll.lastFailure]).toEqual([2, undefined]);
  });

  it('does not look once it is stopped', async () => {
    const { poll, looks, run } = setUp([0, 0, 0]);
    await run(1_000);
    await poll.stop();
    await run(5_000);
    expect(looks).toHaveLength(1);
  });
});
