import { describe, expect, it } from '@jest/globals';
import { LogReadings, maxLogReadings } from './log-readings.js';

describe('readings of the log', () => {
  it('are refused while as many are under way as there may be, and taken again when one has ended', async () => {
    const readings = new LogReadings();
    const ends: ((how: 'well' | 'badly') => void)[] = [];
    const underWay = Array.from({ length: maxLogReadings }, () =>
      readings.run(
        () =>
          new Promise<string>((resolve, reject) =>
            ends.push((how) => (how === 'well' ? resolve(how) : reject(new Error(how)))),
          ),
      ),
    );
    const refused = { code: 'too_many_open' };
    await expect(readings.run(async () => 'never')).rejects.toMatchObject(refused);
    ends[0]!('badly');
    await expect(underWay[0]).rejects.toThrow('badly');
    expect(await readings.run(async () => 'again')).toBe('again');
    for (const end of ends.slice(1)) end('well');
    expect(await Promise.all(underWay.slice(1))).toHaveLength(maxLogReadings - 1);
  });
});
