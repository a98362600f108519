import { describe, expect, it } from '@jest/globals';
import { SendRoom } from './send-room.js';

describe('SendRoom', () => {
  it('bounds records and bytes', () => {
    const room = new SendRoom(2, 100);
    expect([room.tryEnter(1), room.tryEnter(1), room.tryEnter(1)]).toEqual([true, true, false]);
    const wide = new SendRoom(10, 100);
    expect([wide.tryEnter(500), wide.tryEnter(1)]).toEqual([true, false]);
  });

  it('lets callers in by the order in which they came', async () => {
    const room = new SendRoom(1, 100);
    room.tryEnter(1);
    const waiting = room.waitToEnter(1, 50);
    room.leave(1);
    expect(room.tryEnter(1)).toBe(false);
    await expect(waiting).resolves.toBe(true);
    room.leave(1);
    expect(room.isEmpty).toBe(true);
    expect(room.tryEnter(1)).toBe(true);
  });

  it('turns away a caller that has waited too long', async () => {
    const room = new SendRoom(1, 100);
    room.tryEnter(1);
    const early = room.waitToEnter(1, 50);
    const late = room.waitToEnter(1, 90);
    expect(room.expire(60)).toBe(true);
    await expect(early).resolves.toBe(false);
    room.leave(1);
    await expect(late).resolves.toBe(true);
    expect(room.expire(1_000)).toBe(false);
  });
});
