import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueQueue } from './due-queue.js';
import { Fifo } from './fifo.js';

describe('Fifo', () => {
  it('behaves like an array', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), item: fc.integer() }),
      fc.record({ do: fc.constant('unshift' as const), item: fc.integer() }),
      fc.constant({ do: 'shift' as const }),
      fc.constant({ do: 'keep' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        for (const each of steps) {
          if (each.do === 'push') expect(fifo.push(each.item)).toBe(void model.push(each.item));
          if (each.do === 'unshift') expect(fifo.unshift(each.item)).toBe(void model.unshift(each.item));
          if (each.do === 'shift') expect(fifo.shift()).toBe(model.shift());
          if (each.do === 'keep') {
            fifo.keep((item) => item % 2 === 0);
            model.splice(0, model.length, ...model.filter((item) => item % 2 === 0));
          }
          expect(fifo.length).toBe(model.length);
        }
      }),
    );
  });

  it('passes many items through without retaining them', () => {
    const fifo = new Fifo<number>();
    let sum = 0;
    for (let at = 0; at < 100_000; at++) {
      fifo.push(at);
      if (at % 3 !== 0) sum += fifo.shift()!;
    }
    for (let item = fifo.shift(); item !== undefined; item = fifo.shift()) sum += item;
    expect(sum).toBe((99_999 * 100_000) / 2);
    expect(fifo.length).toBe(0);
  });
});

describe('DueQueue', () => {
  const drain = (queue: DueQueue<number>, now: number) => {
    const due: number[] = [];
    for (let item = queue.takeDue(now); item !== undefined; item = queue.takeDue(now)) due.push(item);
    return due;
  };
  const ascending = (numbers: number[]) => [...numbers].sort((a, b) => a - b);

  it('gives due items, the earliest first, and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.nat(1_000), (times, now) => {
        const queue = new DueQueue<number>();
        for (const time of times) queue.push(time, time);
        expect(queue.nextDueAt).toBe(ascending(times)[0]);
        expect(drain(queue, now)).toEqual(ascending(times.filter((time) => time <= now)));
        expect(drain(queue, 1_000)).toEqual(ascending(times.filter((time) => time > now)));
      }),
    );
  });

  it('keeps its order when some items are dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), (times) => {
        const queue = new DueQueue<number>();
        for (const time of times) queue.push(time, time);
        queue.keep((time) => time % 3 === 0);
        expect(drain(queue, 1_000)).toEqual(ascending(times.filter((time) => time % 3 === 0)));
      }),
    );
  });
});
