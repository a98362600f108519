import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ServerHealth } from '@jobstream/calls';
import { EndpointGate } from './endpoint-gate.js';
import { Server } from './servers.js';

const second = 1_000;
let server: Server;

beforeEach(() => {
  jest.useFakeTimers();
  server = new Server('https://a.example', { monotonic: () => Date.now(), onChange: () => undefined });
});
afterEach(() => {
  server.stop();
  jest.useRealTimers();
});

/** A type at the server whose jobs run for `runMs`, and end so. `starts` grows by one for each call. */
class SimulatedType {
  starts = 0;
  readonly gate = new EndpointGate({ server, maxInFlight: 100, isSigned: true });
  private jobs = 0;

  constructor(
    private readonly name: string,
    private readonly health: ServerHealth | 'given up',
    private readonly runMs = 10,
  ) {}

  add(count: number): this {
    for (let i = 0; i < count; i++) this.addOne();
    return this;
  }

  private addOne(): void {
    const job = { id: `${this.name}${++this.jobs}`, run: 1 };
    this.gate.enter(job, (leave) => {
      this.starts += 1;
      const pass = this.gate.take(job)!;
      setTimeout(() => {
        if (this.health === 'given up') pass.giveUp();
        else pass.end(this.health);
        leave();
      }, this.runMs);
    });
  }
}

/** Five failures in a row. */
function openCircuit(): void {
  for (let failures = 0; failures < 5; failures++) server.enter(() => undefined)!.end('failing');
  expect(server.isOpen).toBe(true);
}

describe('gates of one server that fails', () => {
  it('get its probes in turn, so a type that always fails keeps no healthy one back', async () => {
    openCircuit();
    const broken = new SimulatedType('a', 'failing').add(50);
    const healthy = new SimulatedType('v', 'working').add(10);
    await jest.advanceTimersByTimeAsync(5 * second);
    expect(broken.starts).toBeGreaterThan(0);
    expect(healthy.starts).toBe(10);
  });

  it('get one probe each before the first gets another', async () => {
    openCircuit();
    const types = ['a', 'b', 'c'].map((name) => new SimulatedType(name, 'failing').add(50));
    const counts: number[][] = [];
    for (let probes = 1; probes <= 6; probes++) {
      while (types.reduce((sum, { starts }) => sum + starts, 0) < probes)
        await jest.advanceTimersByTimeAsync(second);
      counts.push(types.map(({ starts }) => starts));
    }
    expect(counts).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [2, 1, 1],
      [2, 2, 1],
      [2, 2, 2],
    ]);
  });

  it('get the next probe in turn when one is given up', async () => {
    openCircuit();
    new SimulatedType('a', 'given up').add(50);
    const healthy = new SimulatedType('v', 'working').add(10);
    await jest.advanceTimersByTimeAsync(2 * second);
    expect(healthy.starts).toBe(10);
  });

  it('get another probe while one takes long', async () => {
    openCircuit();
    const slow = new SimulatedType('a', 'working', 40 * 60 * second).add(1);
    await jest.advanceTimersByTimeAsync(2 * second);
    const healthy = new SimulatedType('v', 'working').add(10);
    await jest.advanceTimersByTimeAsync(31 * second);
    expect(slow.starts).toBe(1);
    expect(healthy.starts).toBe(10);
    expect(server.isOpen).toBe(false);
  });

  it('pass a probe on that they have no job for', async () => {
    openCircuit();
    const gone = new SimulatedType('a', 'failing');
    const leaveLine = gone.gate.enter({ id: 'x', run: 1 }, () => undefined);
    const healthy = new SimulatedType('v', 'working').add(10);
    leaveLine();
    await jest.advanceTimersByTimeAsync(2 * second);
    expect(gone.starts).toBe(0);
    expect(healthy.starts).toBe(10);
  });
});
