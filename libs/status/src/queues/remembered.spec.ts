import { describe, expect, it } from '@jest/globals';
import { Remembered } from './remembered.js';

describe('what is remembered', () => {
  it('is given again for a while, and is asked for anew about other names and after a failure', async () => {
    let now = 0;
    let asked = 0;
    const remembered = new Remembered(
      1_000,
      async (names) => {
        asked += 1;
        if (names.includes('bad')) throw new Error('away');
        return `${names.join()} ${asked}`;
      },
      () => now,
    );
    expect(await remembered.read(['a', 'b'])).toBe('a,b 1');
    now = 999;
    expect(await remembered.read(['a', 'b'])).toBe('a,b 1');
    expect(await remembered.read(['a'])).toBe('a 2');
    await expect(remembered.read(['bad'])).rejects.toThrow('away');
    now = 1_998;
    expect(await remembered.read(['a'])).toBe('a 2');
    now = 1_999;
    expect(await remembered.read(['a'])).toBe('a 4');
  });
});
