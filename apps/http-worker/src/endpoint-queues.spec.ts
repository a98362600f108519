import { afterEach, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, describeJobType } from '@jobstream/contracts';
import { publishJobType } from '@jobstream/contracts/records';
import type { ServedQueue } from '@jobstream/execution';
import { JobTypeBook } from '@jobstream/job-types';
import { createLogger } from '@jobstream/runtime';
import { z } from 'zod';
import type { EndpointGate } from './endpoint-gate.js';
import { EndpointQueues } from './endpoint-queues.js';
import { Servers } from './servers.js';

let stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
});

/** Queues over a book of types, one queue for each, without a broker. */
function serve() {
  const book = new JobTypeBook();
  const served = new Map<string, ServedQueue>();
  const servers = new Servers({ monotonic: () => 0, onChange: () => undefined });
  stops.push(() => servers.stop());
  const queues = new EndpointQueues({
    book,
    servers,
    worker: {
      serve: (queue) => void served.set(queue.queue.name, queue),
      leave: (queue) => Promise.resolve(void served.delete(queue)),
    },
    sender: { send: () => Promise.reject(new Error('nothing is sent here')) },
    secrets: { of: () => ['whsec_x'], follow: () => undefined },
    concurrency: 1,
    logger: createLogger('test', 'silent'),
  });
  book.isKnown = true;
  book.onChange = () => queues.typesChanged();
  let version = 0;
  const put = (name: string, url: string) => {
    const definition = defineJob({
      type: `${name}.run`,
      queue: defineQueue(name),
      payload: z.object({}),
      result: z.any(),
    });
    const jobType = { ...describeJobType(definition), endpoint: { url, maxInFlight: 10 } };
    book.apply(definition.type, publishJobType(jobType, 'endpoint:me', new Date(0).toISOString()), ++version);
    return Promise.resolve();
  };
  const remove = (name: string) => Promise.resolve(book.apply(`${name}.run`, null, ++version));
  const handlerOf = (name: string) => served.get(name)!.handlers.get(`${name}.run`)!;
  const gateOf = (name: string) => handlerOf(name).gate as EndpointGate;
  return { queues, servers, put, remove, handlerOf, gateOf };
}

/** Lets jobs of a gate fail until its server is called no more. */
function failAll(gate: EndpointGate): void {
  for (let run = 1; run <= 5; run++)
    gate.enter({ id: 'job', run }, (leave) => {
      gate.take({ id: 'job', run })!.end('failing');
      leave();
    });
}

/** Whether a job of the gate starts at once. */
function starts(gate: EndpointGate): boolean {
  let isStarted = false;
  const leaveLine = gate.enter({ id: 'other', run: 1 }, (leave) => {
    isStarted = true;
    leave();
  });
  leaveLine();
  return isStarted;
}

describe('the servers of endpoints', () => {
  it('stay known to fail while secrets are read again and other types come', async () => {
    const { queues, servers, put, gateOf } = serve();
    await put('one', 'https://one.example/jobs');
    await put('two', 'https://two.example/jobs');
    failAll(gateOf('one'));
    queues.secretsChanged();
    await put('three', 'https://three.example/jobs');
    queues.secretsChanged();
    expect(servers.failing()).toEqual(['https://one.example']);
    expect([starts(gateOf('one')), starts(gateOf('two'))]).toEqual([false, true]);
    expect(servers.of('https://one.example')).toBe(gateOf('one').server);
  });

  it('are one for all types at their origin, whichever came first', async () => {
    const { servers, put, gateOf } = serve();
    await put('one', 'https://one.example/jobs');
    await put('two', 'https://two.example/jobs');
    await put('three', 'https://one.example/others');
    failAll(gateOf('one'));
    expect(servers.failing()).toEqual(['https://one.example']);
    expect(starts(gateOf('three'))).toBe(false);
  });

  it('are forgotten once no type is there any more', async () => {
    const { servers, put, remove, gateOf } = serve();
    await put('one', 'https://one.example/jobs');
    await put('two', 'https://two.example/jobs');
    failAll(gateOf('one'));
    await put('one', 'https://new.example/jobs');
    expect(servers.failing()).toEqual([]);
    expect(starts(gateOf('one'))).toBe(true);
    failAll(gateOf('two'));
    await remove('two');
    expect(servers.failing()).toEqual([]);
  });
});

describe('the definition of an endpoint', () => {
  it('is kept while its type is the same, and made anew when that changes', async () => {
    const { put, handlerOf } = serve();
    await put('one', 'https://one.example/jobs');
    const { definition } = handlerOf('one');
    await put('two', 'https://two.example/jobs');
    expect(handlerOf('one').definition).toBe(definition);
    await put('one', 'https://one.example/jobs');
    expect(handlerOf('one').definition).not.toBe(definition);
  });
});
