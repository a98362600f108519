import { describe, expect, it } from '@jest/globals';
import { SlotQueue } from '../slots/slot-queue.js';
import { ScriptedDelivery, turn } from '../worker/worker.fixture-spec.js';
import { DeliveryLost, Stay } from './stay.js';
import { Waits } from './waits.js';

const roleOf = () => ({ kind: 'requests', queue: 'print', lane: 'normal' }) as const;

/** A room with one slot, whose stays do what the test says. */
function roomOf(work: (stay: Stay) => void) {
  const waits = new Waits();
  const slots = new SlotQueue({ slots: 1, maxUnsettled: 1, clock: { now: () => 0 }, roleOf });
  const room = { slots, waits, begun: new Set<Stay>(), start: work };
  const add = (offset = 0) => {
    const record = { topic: 'jobs.print', partition: 0, offset, timestamp: 0, key: null, value: null };
    const delivery = new ScriptedDelivery({ ...record, headers: {} });
    const stay = new Stay(delivery, room);
    slots.add([stay]);
    return { stay, delivery };
  };
  return { ...room, add };
}

describe('Stay', () => {
  it.each([
    ['is done', (stay: Stay) => (stay.completeWithoutRunning(), stay.leave()), ['begin', 'done']],
    ['is abandoned', (stay: Stay) => (stay.begin(), stay.leave()), ['begin', 'abandon']],
    ['is lost', (stay: Stay) => stay.lose(), []],
  ])('leaves its gates in reverse order, once, when it %s', async (_, end, calls) => {
    const left: number[] = [];
    const { add, slots } = roomOf((stay) => {
      for (const gate of [1, 2, 3]) stay.onLeave(() => left.push(gate));
      stay.leaveKey = (isAbandoned) => {
        left.push(0);
        if (isAbandoned) stay.delivery.abandon();
      };
    });
    const { stay, delivery } = add();
    await turn();
    end(stay);
    stay.leave();
    stay.lose();
    expect(left).toEqual([3, 2, 1, 0]);
    expect(delivery.calls).toEqual(calls);
    expect(slots.load()).toMatchObject({ running: 0, unsettled: 0 });
  });

  it('leaves at once a gate that admits it after its end', async () => {
    const { add } = roomOf((stay) => stay.lose());
    const { stay } = add();
    await turn();
    let left = 0;
    stay.onLeave(() => left++);
    expect(left).toBe(1);
  });

  it('gives its slot to others while it waits, and goes to the front afterwards', async () => {
    const order: string[] = [];
    let isOver = (): void => undefined;
    const { add } = roomOf((stay) => {
      order.push(`start ${stay.delivery.record.offset}`);
      if (stay.delivery.record.offset > 0) return;
      const wait = stay.wait((over) => {
        isOver = over;
        return () => undefined;
      });
      void wait.then(() => order.push('continue 0'));
    });
    add();
    const { stay } = add(1);
    add(2);
    await turn();
    isOver();
    isOver();
    await turn();
    stay.leave();
    await turn();
    expect(order).toEqual(['start 0', 'start 1', 'continue 0']);
  });

  it.each(['lose', 'drain'] as const)('ends every wait before any stay leaves: %s', async (how) => {
    const order: string[] = [];
    const ended: unknown[] = [];
    const { add, waits } = roomOf((stay) => {
      const { offset } = stay.delivery.record;
      stay.onLeave(() => order.push(`left ${offset}`));
      const wait = stay.wait(() => () => order.push(`ended ${offset}`));
      wait.catch((error: unknown) => ended.push(error));
    });
    const deliveries = [0, 1].map((offset) => add(offset).delivery);
    await turn();
    if (how === 'drain') waits.drain();
    else waits.lose(deliveries.map(({ record }) => record));
    expect(order).toEqual(['ended 0', 'ended 1', 'left 0', 'left 1']);
    await turn();
    expect(ended).toEqual([expect.any(DeliveryLost), expect.any(DeliveryLost)]);
  });

  it('does not wait once its partition is lost or the worker drains', async () => {
    for (const goes of ['partition', 'worker']) {
      const waited: Promise<unknown>[] = [];
      const { add, waits } = roomOf((stay) => {
        if (goes === 'partition') (stay.delivery as ScriptedDelivery).lose();
        else waits.drain();
        waited.push(stay.wait(() => () => undefined).catch((error: unknown) => error));
      });
      add();
      await turn();
      expect(await waited[0]).toBeInstanceOf(DeliveryLost);
    }
  });
});
