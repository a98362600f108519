import { describe, expect, it } from '@jest/globals';
import { Suspects } from './suspects.js';

function suspectsOf({ isUnclean = false, listed = [] as [number, number][], logEnd = 10_000 }) {
  const clock = { time: 1_000 };
  const suspects = new Suspects({ suspects: new Map(listed), isUnclean }, logEnd, () => clock.time);
  return { suspects, clock };
}

describe('Suspects', () => {
  it('holds the listed until they end, whatever the time', () => {
    const { suspects, clock } = suspectsOf({ listed: [[7, 2]] });
    clock.time += 1_000_000;
    expect(suspects.suspicionOf(7)).toEqual({ deaths: 2 });
    suspects.acquit(7);
    expect(suspects.suspicionOf(7)).toBeUndefined();
    expect(suspects.listed.size).toBe(0);
  });

  it('holds no unlisted record after a takeover in order', () => {
    const { suspects } = suspectsOf({});
    suspects.meet(8);
    expect(suspects.suspicionOf(8)).toBeUndefined();
  });

  it('holds the first 1,000 unlisted records for 30 s after an unclean takeover', () => {
    const { suspects, clock } = suspectsOf({ isUnclean: true, listed: [[0, 0]] });
    for (let offset = 0; offset < 2_000; offset++) suspects.meet(offset);
    clock.time += 29_999;
    expect(suspects.suspicionOf(1_000)).toEqual({ deaths: 0 });
    expect(suspects.suspicionOf(1_001)).toBeUndefined();
    clock.time += 1;
    expect(suspects.suspicionOf(1_000)).toBeUndefined();
    expect(suspects.suspicionOf(0)).toBeDefined();
  });

  it('holds no record that the log has got since the takeover', () => {
    const { suspects } = suspectsOf({ isUnclean: true, logEnd: 10 });
    suspects.meet(9);
    suspects.meet(10);
    expect(suspects.suspicionOf(9)).toEqual({ deaths: 0 });
    expect(suspects.suspicionOf(10)).toBeUndefined();
  });

  it('holds no record that is read 30 s after the takeover', () => {
    const { suspects, clock } = suspectsOf({ isUnclean: true });
    clock.time += 30_000;
    suspects.meet(3);
    expect(suspects.suspicionOf(3)).toBeUndefined();
  });

  it('holds unlisted records for 10 s after the first suspect has ended, whatever ends later', () => {
    const { suspects, clock } = suspectsOf({ isUnclean: true, listed: [[0, 0]] });
    for (const offset of [1, 2]) suspects.meet(offset);
    clock.time += 4_000;
    suspects.acquit(0);
    clock.time += 9_999;
    suspects.begin(1);
    suspects.acquit(1);
    expect(suspects.suspicionOf(2)).toEqual({ deaths: 0 });
    clock.time += 1;
    expect(suspects.suspicionOf(2)).toBeUndefined();
  });

  it('holds unlisted records for 10 s more after each death, but none again that it has let go', () => {
    const { suspects, clock } = suspectsOf({ isUnclean: true, listed: [[0, 0]] });
    suspects.meet(1);
    clock.time += 25_000;
    suspects.note(0, 1);
    clock.time += 9_999;
    expect(suspects.suspicionOf(1)).toEqual({ deaths: 0 });
    clock.time += 1;
    suspects.note(0, 2);
    expect(suspects.suspicionOf(1)).toBeUndefined();
  });

  it('does not count what was done elsewhere as an end', () => {
    const { suspects, clock } = suspectsOf({ isUnclean: true, listed: [[0, 0]] });
    suspects.meet(1);
    suspects.drop(0);
    clock.time += 29_999;
    expect(suspects.suspicionOf(1)).toEqual({ deaths: 0 });
  });

  it('lists a suspect that begins, and holds it beyond the 30 s', () => {
    const { suspects, clock } = suspectsOf({ isUnclean: true });
    suspects.meet(3);
    suspects.begin(3);
    suspects.begin(4);
    clock.time += 40_000;
    expect([...suspects.listed]).toEqual([[3, 0]]);
    expect(suspects.suspicionOf(3)).toEqual({ deaths: 0 });
  });
});
