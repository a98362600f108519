import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import type { KafkaConnection } from './connection.js';

/** The way to the broker, which can be cut, frozen, or made to lose the broker's answers. */
export class Proxy {
  private readonly pairs = new Set<{ client: Socket; broker: Socket }>();
  /** One for each socket of ours that goes this way: resolves when it has noticed that it is closed. */
  private readonly carried = new Set<Promise<void>>();
  private server: Server | null = null;
  private port = 0;
  private mode: 'open' | 'answers_lost' | 'frozen' = 'open';
  /** Frames of Produce requests that came through. */
  produceRequests = 0;

  constructor(readonly target: { host: string; port: number }) {}

  async start(): Promise<void> {
    this.server = createServer((client) => this.join(client));
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Makes every socket of a connection go this way, whatever address the cluster gives. */
  carry(connection: KafkaConnection): KafkaConnection {
    const socketFactory: ISocketFactory = ({ onConnect }) => {
      const socket = connect({ host: '127.0.0.1', port: this.port }, onConnect);
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      this.carried.add(closed);
      void closed.then(() => this.carried.delete(closed));
      return socket;
    };
    Object.assign(connection.config, { socketFactory });
    return connection;
  }

  /** The broker goes on receiving, its answers go nowhere. */
  loseAnswers(): void {
    this.mode = 'answers_lost';
  }

  /** Connections stay up and carry nothing. */
  freeze(): void {
    this.mode = 'frozen';
    for (const { client, broker } of this.pairs) {
      client.pause();
      broker.pause();
    }
  }

  open(): void {
    this.mode = 'open';
    for (const { client, broker } of this.pairs) {
      client.resume();
      broker.resume();
    }
  }

  /** As if the broker were gone: connections break and new ones are refused. Resolves when our side has noticed. */
  async cut(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const { client, broker } of this.pairs) {
      client.destroy();
      broker.destroy();
    }
    await closed;
    await Promise.all(this.carried);
  }

  private join(client: Socket): void {
    const broker = connect(this.target);
    const pair = { client, broker };
    this.pairs.add(pair);
    client.on('data', (bytes) => {
      if (bytes.length > 6 && bytes.readInt16BE(4) === 0) this.produceRequests += 1;
      broker.write(bytes);
    });
    broker.on('data', (bytes) => this.mode === 'open' && client.write(bytes));
    for (const socket of [client, broker]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        this.pairs.delete(pair);
        client.destroy();
        broker.destroy();
      });
    }
    if (this.mode === 'frozen') {
      client.pause();
      broker.pause();
    }
  }
}

/** A proxy in front of the broker the tests run on. */
export function proxyToBroker(): Proxy {
  const [host, port] = process.env.KAFKA_BROKERS!.split(',')[0]!.split(':');
  return new Proxy({ host: host!, port: Number(port) });
}
