import { createRequire } from 'node:module';
import { createServer, connect, type AddressInfo } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import kafkajs from 'kafkajs';
import '../connection.js';

const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection') as new (
  options: object,
) => {
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
};

interface Queue {
  push(request: object): void;
  fulfillRequest(answer: object): void;
  destroy(): void;
  scheduleRequestTimeoutCheck(): void;
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly pending: readonly unknown[];
}
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => Queue;

const quiet = new kafkajs.Kafka({ brokers: ['x:1'], logLevel: kafkajs.logLevel.NOTHING }).logger();

describe('the repaired kafkajs', () => {
  it('gives up a request that takes too long, and watches no connection that has ended', async () => {
    let isConnected = true;
    const openQueue = (requestTimeout: number) =>
      new RequestQueue({
        requestTimeout,
        enforceRequestTimeout: true,
        clientId: 'test',
        broker: 'x:1',
        logger: quiet,
        isConnected: () => isConnected,
      });
    const [hasty, patient] = [openQueue(1), openQueue(60_000)];
    const given: string[] = [];
    const ask = (queue: Queue, name: string) =>
      new Promise<void>((resolve) =>
        queue.push({
          entry: {
            correlationId: 1,
            resolve: () => undefined,
            reject: ({ message }: Error) => {
              given.push(`${name}: ${message}`);
              resolve();
            },
          },
          expectResponse: true,
          sendRequest: () => undefined,
        }),
      );
    const begun = jest.spyOn(globalThis, 'setInterval');
    for (const queue of [hasty, patient]) queue.scheduleRequestTimeoutCheck();
    expect(begun).toHaveBeenCalledTimes(1);
    const timer = begun.mock.results[0]!.value as NodeJS.Timeout;
    begun.mockRestore();
    void ask(patient, 'patient');
    await ask(hasty, 'hasty');
    expect(given).toEqual([expect.stringMatching(/^hasty: Request .* timed out/)]);
    const end = globalThis.clearInterval;
    await new Promise<void>((resolve) => {
      jest.spyOn(globalThis, 'clearInterval').mockImplementation((each) => {
        end(each);
        if (each === timer) resolve();
      });
      isConnected = false;
    });
    jest.restoreAllMocks();
  });

  it('has no timer while no request waits, and sends those that wait when there is room', () => {
    const sent: number[] = [];
    const queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'x:1',
      logger: quiet,
    });
    const request = (correlationId: number) => ({
      entry: { correlationId, resolve: () => undefined, reject: () => undefined, createdAt: 0 },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    });
    const answer = (correlationId: number) =>
      queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });
    queue.push(request(1));
    expect(queue.throttleCheckTimeoutId).toBeNull();
    queue.push(request(2));
    expect([sent, queue.pending.length, queue.throttleCheckTimeoutId !== null]).toEqual([[1], 1, true]);
    answer(1);
    expect([sent, queue.pending.length]).toEqual([[1, 2], 0]);
    queue.destroy();
    answer(2);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('opens one socket for requests that find a connection closed at the same time', async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let opened = 0;
    const connection = new Connection({
      host: '127.0.0.1',
      port,
      logger: quiet,
      connectionTimeout: 1_000,
      requestTimeout: 1_000,
      socketFactory: ({ onConnect }: { onConnect: () => void }) => {
        opened += 1;
        return connect({ host: '127.0.0.1', port }, onConnect);
      },
    });
    await expect(Promise.all([connection.connect(), connection.connect()])).resolves.toEqual([true, true]);
    expect(opened).toBe(1);
    await connection.disconnect();
    await connection.connect();
    expect(opened).toBe(2);
    await connection.disconnect();
    await new Promise((resolve) => server.close(resolve));
  });
});
