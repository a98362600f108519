import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import kafkajs from 'kafkajs';
import type { ISocketFactory, Kafka, KafkaConfig, SASLOptions } from 'kafkajs';
import type { Registry } from 'prom-client';
import { AlarmBoard } from './alarm-board.js';
import type { ConsumerAlarm } from './consumer-health.js';
import { addAlarmGauge } from './consumer-metrics.js';
import './kafkajs/repairs.js';
import { quietLog } from './quiet-log.js';
import type { KafkaCompression, KafkaLogger, KafkaSettings } from './settings.js';

const connectTimeoutMs = 3_000;

/** The part of kafkajs' configuration that is always given here. */
interface ConnectionConfig extends KafkaConfig {
  brokers: string[];
  clientId: string;
  connectionTimeout: number;
  socketFactory: ISocketFactory;
}

/**
 * How this process reaches its Kafka cluster: settings made ready for kafkajs, and its log. It holds no sockets itself;
 * each producer, consumer and admin opens and closes its own.
 */
export class KafkaConnection {
  readonly log: KafkaLogger;
  readonly compression: KafkaCompression;
  private readonly connectionConfig: ConnectionConfig;
  private readonly alarms = new Set<AlarmBoard>();

  /** @param metrics where the alarms of this process' consumers are counted; nowhere unless given */
  constructor(settings: KafkaSettings, metrics?: Registry) {
    if (metrics) addAlarmGauge(metrics, () => this.alarms);
    this.log = settings.logger ?? (() => {});
    this.compression = settings.compression ?? 'gzip';
    const quiet = quietLog(this.log, () => performance.now());
    this.connectionConfig = {
      brokers: settings.brokers,
      clientId: settings.clientId,
      ...(settings.ssl !== undefined ? { ssl: settings.ssl } : {}),
      ...(settings.sasl ? { sasl: settings.sasl as SASLOptions } : {}),
      connectionTimeout: connectTimeoutMs,
      // kafkajs nests retries within retries: few here, because each user of a client tries again for as long as it takes.
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
      logLevel: kafkajs.logLevel.WARN,
      logCreator: () => quiet,
      socketFactory: openSocket,
    };
  }

  /**
   * A kafkajs client of its own. Never share one between two consumers of a group: kafkajs keeps a group's committed
   * offsets once a client, and one consumer's join would clear the other's positions.
   */
  openClient(options: { requestTimeoutMs?: number } = {}): Kafka {
    return new kafkajs.Kafka({
      ...this.connectionConfig,
      ...(options.requestTimeoutMs ? { requestTimeout: options.requestTimeoutMs } : {}),
    });
  }

  /** A board for the alarms of one consumer, which closes it at its end. */
  openAlarmBoard(tell?: (alarm: ConsumerAlarm) => void): AlarmBoard {
    const board = new AlarmBoard(this.log, tell);
    this.alarms.add(board);
    return board;
  }

  closeAlarmBoard(board: AlarmBoard): void {
    this.alarms.delete(board);
  }

  /** The configuration a client would get, for connections below kafkajs' clients. */
  get config(): Readonly<ConnectionConfig> {
    return this.connectionConfig;
  }
}

/** kafkajs' own factory without Nagle's delay: small requests follow each other on one connection. */
const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }): Socket => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setKeepAlive(true, 30_000);
  socket.setNoDelay(true);
  return socket;
};
