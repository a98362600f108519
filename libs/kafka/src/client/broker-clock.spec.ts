import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BrokerClock, ClockUnknownError } from './broker-clock.js';

describe('BrokerClock', () => {
  it("is unknown before the first answer, never this machine's clock, and known for good from then on", async () => {
    let local = 5_000.7;
    const clock = new BrokerClock(() => local);
    expect(clock).toMatchObject({ isKnown: false, silentMs: Infinity });
    expect(() => clock.now()).toThrow(ClockUnknownError);
    clock.observe(1, 700_000);
    await clock.whenKnown();
    local += 86_400_000;
    expect(clock).toMatchObject({ isKnown: true, silentMs: 86_400_000 });
    expect(clock.now()).toBe(700_000 + 86_400_000);
  });

  it('is never ahead of the broker, whatever the delays, and at most the shortest way behind', () => {
    const answers = fc.array(
      fc.record({ pause: fc.integer({ min: 0, max: 5_000 }), way: fc.integer({ min: 0, max: 300 }) }),
      { minLength: 1, maxLength: 50 },
    );
    fc.assert(
      fc.property(answers, fc.integer({ min: -100_000, max: 100_000 }), (each, skew) => {
        let local = 1_000_000;
        const clock = new BrokerClock(() => local);
        let shortest = Infinity;
        for (const { pause, way } of each.slice(0, 10)) {
          local += pause;
          const appendedAt = local + skew;
          local += way;
          shortest = Math.min(shortest, way);
          clock.observe(1, appendedAt);
        }
        expect(clock.now()).toBeLessThanOrEqual(local + skew);
        expect(clock.now()).toBeGreaterThanOrEqual(local + skew - shortest);
      }),
    );
  });

  it('follows the broker furthest behind, and forgets one that fell silent', () => {
    let local = 0;
    const clock = new BrokerClock(() => local);
    clock.observe(1, local + 100);
    clock.observe(2, local - 50);
    expect(clock.now()).toBe(-50);
    local = 700_000;
    clock.observe(1, local + 100);
    expect(clock.now()).toBe(local + 100);
  });

  it('lets go of a bound that a drifting clock no longer keeps', () => {
    let local = 0;
    const clock = new BrokerClock(() => local);
    clock.observe(1, 500);
    for (local = 30_000; local <= 300_000; local += 30_000) clock.observe(1, local + 400);
    local -= 30_000;
    expect(clock.now()).toBe(local + 400);
  });
});
