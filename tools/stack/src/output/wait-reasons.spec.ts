import { describe, expect, it } from '@jest/globals';
import { WaitReasons } from './wait-reasons.js';

const waiting = (why: string) => ({ ready: false, answered: true, why });

describe('why a service is not ready', () => {
  it('is not told in the time that a start usually takes', () => {
    const reasons = new WaitReasons();
    for (let ms = 0; ms < 20_000; ms += 150)
      expect(reasons.worthTelling(waiting('kafka: No.'), ms)).toBeUndefined();
  });

  it('is told once, then again when it is another reason, at most every ten seconds', () => {
    const reasons = new WaitReasons();
    const told: string[] = [];
    const look = (why: string, ms: number) => {
      const line = reasons.worthTelling(waiting(why), ms);
      if (line) told.push(line);
    };
    for (let ms = 20_000; ms < 60_000; ms += 150) look(`log: It is ${ms} records behind.`, ms);
    for (let ms = 60_000; ms < 80_000; ms += 150)
      look(ms % 300 === 0 ? 'kafka: Not there yet.' : 'database: Away.', ms);
    expect(told).toEqual([
      'not ready after 20 s. log: It is 20000 records behind.',
      'not ready after 60 s. kafka: Not there yet.',
      'not ready after 70 s. database: Away.',
    ]);
  });
});
