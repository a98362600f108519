import { beforeEach, describe, expect, it } from '@jest/globals';
import { EndpointGate } from './endpoint-gate.js';
import { Servers, type Server } from './servers.js';

const job = (id: string) => ({ id, run: 1 });

let server: Server;
let gate: EndpointGate;
let admitted: string[];
let leave: Map<string, () => void>;
beforeEach(() => {
  server = new Servers({ monotonic: () => 0, onChange: () => undefined }).of('https://a.test');
  gate = new EndpointGate({ server, maxInFlight: 2, isSigned: true });
  [admitted, leave] = [[], new Map()];
});

const enter = (...ids: string[]) =>
  ids.map((id) =>
    gate.enter(job(id), (over) => {
      admitted.push(id);
      leave.set(id, over);
    }),
  );
const fail = (times: number) => {
  for (let nth = 0; nth < times; nth++) server.enter(() => undefined)!.end('failing');
};

describe('EndpointGate', () => {
  it('admits as many as may run, and the next in the order in which they came', () => {
    enter('a', 'b', 'c', 'd');
    expect(admitted).toEqual(['a', 'b']);
    leave.get('b')!();
    expect(admitted).toEqual(['a', 'b', 'c']);
    expect([gate.inFlight, gate.waiting]).toEqual([2, 1]);
  });

  it('passes over a job that waits no longer', () => {
    const [, , withdraw] = enter('a', 'b', 'c', 'd');
    withdraw!();
    leave.get('a')!();
    expect(admitted).toEqual(['a', 'b', 'd']);
  });

  it('admits nobody before a secret is known', () => {
    gate.change({ server, maxInFlight: 2, isSigned: false });
    enter('a');
    expect(admitted).toEqual([]);
    gate.change({ server, maxInFlight: 2, isSigned: true });
    expect(admitted).toEqual(['a']);
  });

  it('admits more when more may run', () => {
    enter('a', 'b', 'c', 'd');
    gate.change({ server, maxInFlight: 3, isSigned: true });
    expect(admitted).toEqual(['a', 'b', 'c']);
  });

  it('admits nobody while its server fails, and everybody who waits when the type is gone', () => {
    fail(5);
    enter('a', 'b', 'c');
    expect(admitted).toEqual([]);
    gate.close();
    expect(admitted).toEqual(['a', 'b', 'c']);
    server.stop();
  });

  it('gives each admitted job the pass of its call, once', () => {
    enter('a');
    expect(gate.take(job('a'))).toMatchObject({ isProbe: false });
    expect(gate.take(job('a'))).toBeUndefined();
    expect(gate.take({ id: 'a', run: 2 })).toBeUndefined();
  });
});
