import { beforeEach, describe, expect, it } from '@jest/globals';
import { Circuit, healthOf, type ServerHealth } from './circuit.js';

let now: number;
let circuit: Circuit;
beforeEach(() => {
  now = 1_000;
  circuit = new Circuit({ monotonic: () => now, maxFailures: 3, minPauseMs: 100, maxPauseMs: 300 });
});

const call = (...healths: ServerHealth[]) => healths.forEach((health) => circuit.enter()!.end(health));

describe('a circuit', () => {
  it('opens after failures in a row, and a success in between starts the count again', () => {
    call('failing', 'failing', 'working', 'failing', 'failing');
    expect(circuit.isOpen).toBe(false);
    call('failing');
    expect(circuit.isOpen).toBe(true);
    expect(circuit.enter()).toBeUndefined();
    expect(circuit.pauseMs).toBe(100);
  });

  it('is opened by no silence, which does not end a row of failures either', () => {
    call('silent', 'silent', 'silent', 'silent', 'failing', 'silent', 'failing', 'silent');
    expect(circuit.isOpen).toBe(false);
    call('failing');
    expect(circuit.isOpen).toBe(true);
  });

  it('lets one probe pass after its pause, and no second one meanwhile', () => {
    call('failing', 'failing', 'failing');
    now += 99;
    expect(circuit.enter()).toBeUndefined();
    now += 1;
    expect(circuit.enter()).toMatchObject({ isProbe: true });
    expect(circuit.enter()).toBeUndefined();
    expect(circuit.pauseMs).toBe(300);
  });

  it('lets another probe pass when one takes longer than the longest pause', () => {
    call('failing', 'failing', 'failing');
    now += 100;
    const slow = circuit.enter()!;
    now += 299;
    expect(circuit.enter()).toBeUndefined();
    now += 1;
    const next = circuit.enter()!;
    expect(next).toMatchObject({ isProbe: true });
    slow.end('silent');
    slow.giveUp();
    expect(circuit.pauseMs).toBe(300);
    next.end('working');
    expect(circuit.isOpen).toBe(false);
  });

  it('is closed by a probe that succeeds after others have followed it', () => {
    call('failing', 'failing', 'failing');
    now += 100;
    const slow = circuit.enter()!;
    now += 300;
    circuit.enter();
    slow.end('working');
    expect(circuit.isOpen).toBe(false);
  });

  it('closes after a probe that shows a working server', () => {
    call('failing', 'failing', 'failing');
    now += 100;
    circuit.enter()!.end('working');
    expect(circuit.enter()).toMatchObject({ isProbe: false });
    // It counts failures anew.
    call('failing', 'failing');
    expect(circuit.isOpen).toBe(false);
  });

  it.each(['failing', 'silent'] as const)(
    'doubles its pause up to the longest after a %s probe',
    (health) => {
      call('failing', 'failing', 'failing');
      const pauses = [100, 200, 300, 300].map((expected) => {
        const { pauseMs } = circuit;
        now += expected;
        circuit.enter()!.end(health);
        return pauseMs;
      });
      expect(pauses).toEqual([100, 200, 300, 300]);
    },
  );

  it('lets another probe pass at once when one was given up', () => {
    call('failing', 'failing', 'failing');
    now += 100;
    circuit.enter()!.giveUp();
    expect(circuit.isOpen).toBe(true);
    expect(circuit.enter()).toMatchObject({ isProbe: true });
  });

  it('is closed by a call from before that succeeds late, and not opened wider by one that fails late', () => {
    const early = [circuit.enter()!, circuit.enter()!];
    call('failing', 'failing', 'failing');
    early[0]!.end('failing');
    expect(circuit.pauseMs).toBe(100);
    early[1]!.end('working');
    expect(circuit.isOpen).toBe(false);
  });

  it('ignores a call that was given up while it is closed', () => {
    call('failing', 'failing');
    circuit.enter()!.giveUp();
    expect(circuit.isOpen).toBe(false);
    // The two failures still count.
    call('failing');
    expect(circuit.isOpen).toBe(true);
  });
});

describe('what a call says about its server', () => {
  const body = { content: Buffer.alloc(0), isWhole: true };
  const answered = (status: number, shouldRetry?: string) =>
    healthOf({ kind: 'answered', status, retryAfter: undefined, shouldRetry, body });

  it('is failing after 5xx and broken connections, and working after any other answer', () => {
    expect([200, 302, 400, 404, 429].map((status) => answered(status))).toEqual(Array(5).fill('working'));
    expect([500, 502, 503, 599].map((status) => answered(status))).toEqual(Array(4).fill('failing'));
    expect(healthOf({ kind: 'failed', cause: 'ECONNRESET' })).toBe('failing');
  });

  it('is working after a 5xx that says whether to come again', () => {
    expect([answered(500, 'false'), answered(503, 'true')]).toEqual(['working', 'working']);
  });

  it('is failing after a 5xx whose x-should-retry says neither true nor false', () => {
    expect([answered(500, 'banana'), answered(503, '')]).toEqual(['failing', 'failing']);
  });

  it('is nothing after a time-out or a refused URL', () => {
    expect(healthOf({ kind: 'timed-out', timeoutMs: 1 })).toBe('silent');
    expect(healthOf({ kind: 'forbidden', error: new Error() })).toBe('silent');
  });
});
