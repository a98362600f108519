import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Delivery } from '@jobstream/kafka';
import { SlotQueue } from '../slots/slot-queue.js';
import { ScriptedDelivery } from '../worker/worker.fixture-spec.js';
import { Stay, type StayHost } from './stay.js';
import { SuspectGate } from './suspect-gate.js';
import { Waits } from './waits.js';

const record = { topic: 'jobs.print', partition: 0, timestamp: 0, key: null, value: null, headers: {} };

class Line {
  readonly gate: SuspectGate;
  readonly host: StayHost;
  private offset = 0;

  constructor(places: number) {
    this.gate = new SuspectGate(places);
    const slots = new SlotQueue({
      slots: 10,
      maxUnsettled: 10,
      clock: { now: () => 0 },
      roleOf: () => undefined,
    });
    this.host = { slots, waits: new Waits(), begun: new Set(), start: () => undefined };
  }

  /** A suspect that enters, and what became of it. */
  enter(suspicion: Delivery['suspicion'] = { deaths: 0 }) {
    const delivery = new ScriptedDelivery({ ...record, offset: this.offset++ });
    delivery.suspicion = suspicion;
    const stay = new Stay(delivery, this.host);
    const entered: { stay: Stay; delivery: ScriptedDelivery; place: boolean | string | undefined } = {
      stay,
      delivery,
      place: undefined,
    };
    void this.gate.enter(stay).then(
      (hasPlace) => (entered.place = hasPlace),
      (error: Error) => (entered.place = error.name),
    );
    return entered;
  }
}

describe('SuspectGate', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const settle = () => jest.advanceTimersByTimeAsync(0);

  it('applies to suspects, and to nobody where there is no place', () => {
    const { stay, delivery } = new Line(1).enter();
    expect(new SuspectGate(1).appliesTo(stay)).toBe(true);
    expect(new SuspectGate(0).appliesTo(stay)).toBe(false);
    delivery.suspicion = undefined;
    expect(new SuspectGate(1).appliesTo(stay)).toBe(false);
  });

  it('lets as many in as there are places, and the next one when one leaves, in their order', async () => {
    const line = new Line(2);
    const [first, second, third, fourth] = [line.enter(), line.enter(), line.enter(), line.enter()];
    await settle();
    expect([first.place, second.place, third.place]).toEqual([true, true, undefined]);
    expect([line.gate.running, line.gate.waiting]).toEqual([2, 2]);
    second.stay.leaveGates();
    await settle();
    expect([third.place, fourth.place]).toEqual([true, undefined]);
  });

  it('lets one go without a place when its suspicion ends first', async () => {
    const line = new Line(1);
    const first = line.enter();
    const guessed = line.enter();
    const listed = line.enter();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(guessed.place).toBeUndefined();
    guessed.delivery.suspicion = undefined;
    await jest.advanceTimersByTimeAsync(250);
    expect([guessed.place, listed.place]).toEqual([false, undefined]);
    first.stay.leaveGates();
    await settle();
    expect(listed.place).toBe(true);
  });

  it('gives no place to one that was lost in the line', async () => {
    const line = new Line(1);
    const first = line.enter();
    const lost = line.enter();
    const next = line.enter();
    await settle();
    lost.delivery.lose();
    lost.stay.lose();
    first.stay.leaveGates();
    await jest.advanceTimersByTimeAsync(10_000);
    expect([lost.place, next.place]).toEqual(['DeliveryLost', true]);
    expect([line.gate.running, line.gate.waiting]).toEqual([1, 0]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
