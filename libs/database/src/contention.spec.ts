import { describe, expect, it } from '@jest/globals';
import { retryContended } from './contention.js';

const met = () => Object.assign(new Error('met'), { code: '40001' });

describe('work that Postgres undoes', () => {
  it('runs at most ten times, with longer rests between', async () => {
    const rests: number[] = [];
    let tries = 0;
    const work = () => {
      tries += 1;
      return Promise.reject(met());
    };
    await expect(retryContended(work, async (maxMs) => void rests.push(maxMs))).rejects.toThrow('met');
    expect(tries).toBe(10);
    expect(rests).toEqual([20, 40, 60, 80, 100, 120, 140, 160, 180]);
  });

  it('does not run again for any other error', async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      throw Object.assign(new Error('no'), { code: '23505' });
    };
    await expect(retryContended(work)).rejects.toThrow('no');
    expect(tries).toBe(1);
  });
});
