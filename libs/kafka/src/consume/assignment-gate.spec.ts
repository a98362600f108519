import { describe, expect, it } from '@jest/globals';
import { AssignmentGate } from './assignment-gate.js';

const deferred = () => {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};
const noHeartbeat = async (): Promise<void> => {};

describe('AssignmentGate', () => {
  it('lets nothing pass before the assignment is settled', async () => {
    const gate = new AssignmentGate();
    const settling = deferred();
    gate.begin(() => settling.promise);
    expect(gate.isSettled).toBe(false);
    const passed = gate.settled(noHeartbeat);
    settling.resolve();
    await expect(passed).resolves.toBe(true);
    expect(gate.isSettled).toBe(true);
  });

  it('turns away batches of an assignment that ended, and ignores its late settling', async () => {
    const gate = new AssignmentGate();
    const first = deferred();
    const began = deferred();
    let firstOver: (() => boolean) | undefined;
    gate.begin((isOver) => {
      firstOver = isOver;
      began.resolve();
      return first.promise;
    });
    await began.promise;
    const passed = gate.settled(noHeartbeat);
    const second = deferred();
    gate.begin(() => second.promise);
    first.resolve();
    await expect(passed).resolves.toBe(false);
    expect(firstOver!()).toBe(true);
    expect(gate.isSettled).toBe(false);
    second.resolve();
    await expect(gate.settled(noHeartbeat)).resolves.toBe(true);
    gate.end();
    expect(gate.isSettled).toBe(false);
  });

  it('settles one assignment at a time, the earlier one first', async () => {
    const gate = new AssignmentGate();
    const first = deferred();
    const began = deferred();
    const order: string[] = [];
    gate.begin(async () => {
      began.resolve();
      await first.promise;
      order.push('first');
    });
    await began.promise;
    gate.end();
    gate.begin(async () => void order.push('second'));
    first.resolve();
    await expect(gate.settled(noHeartbeat)).resolves.toBe(true);
    expect(order).toEqual(['first', 'second']);
  });

  it('settles at a later try, and keeps the heart beating meanwhile', async () => {
    const gate = new AssignmentGate();
    let tries = 0;
    let beats = 0;
    gate.begin(async () => {
      tries += 1;
      if (tries < 3) throw new Error('Kafka is away');
    });
    await expect(gate.settled(async () => void (beats += 1))).resolves.toBe(true);
    expect(tries).toBe(3);
    expect(beats).toBeGreaterThan(0);
  });

  it('is settling only while an assignment stands and is not settled', async () => {
    const gate = new AssignmentGate();
    const settling = deferred();
    expect(gate.isSettling).toBe(false);
    gate.begin(() => settling.promise);
    expect([gate.isSettling, gate.isSettled]).toEqual([true, false]);
    settling.resolve();
    await gate.settled(noHeartbeat);
    expect([gate.isSettling, gate.isSettled]).toEqual([false, true]);
    gate.begin(() => new Promise(() => {}));
    gate.end();
    expect([gate.isSettling, gate.isSettled]).toEqual([false, false]);
  });

  it('rejects with the error that a heartbeat throws', async () => {
    const gate = new AssignmentGate();
    gate.begin(() => new Promise(() => {}));
    await expect(gate.settled(() => Promise.reject(new Error('rebalancing')))).rejects.toThrow('rebalancing');
    gate.end();
  });
});
