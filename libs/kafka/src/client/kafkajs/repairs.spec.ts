import { createRequire } from 'node:module';
import { createServer, connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import '../connection.js';

const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection') as new (
  options: object,
) => {
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
};

describe('the repaired kafkajs', () => {
  it('opens one socket for requests that find a connection closed at the same time', async () => {
    const server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    let opened = 0;
    const connection = new Connection({
      host: '127.0.0.1',
      port,
      logger: new kafkajs.Kafka({ brokers: ['x:1'], logLevel: kafkajs.logLevel.NOTHING }).logger(),
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
