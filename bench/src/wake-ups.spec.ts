import { describe, expect, it } from '@jest/globals';
import { parseThread, readThreads } from './wake-ups.js';

describe('wake-ups', () => {
  it('are the times that a thread slept of its own will, not those in which it was interrupted', () => {
    const status = 'Name:\tnode\nvoluntary_ctxt_switches:\t139\nnonvoluntary_ctxt_switches:\t5\n';
    expect(parseThread(status, '126458506 10096535 144\n')).toEqual({ wakeUps: 139, seconds: 0.126458506 });
  });

  (process.platform === 'linux' ? it : it.skip)(
    'grow with each timer that this process waits for',
    async () => {
      const before = readThreads(process.pid);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 2));
      const after = readThreads(process.pid);
      expect(after.wakeUps).toBeGreaterThanOrEqual(before.wakeUps + 5);
      expect(after.seconds).toBeGreaterThan(before.seconds);
    },
  );
});
