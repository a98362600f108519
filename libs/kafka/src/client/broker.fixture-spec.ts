import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import { RecordProducer } from '../produce/record-producer.js';
import { KafkaConnection } from './connection.js';
import type { OutgoingRecord } from './record.js';
import { kafkaSettingsFromEnv, type KafkaLogger } from './settings.js';
import { TopicAdmin, type TopicSpec } from './topic-admin.js';

/** The broker of a test file: started before its tests, stopped after them. */
export function useBroker(): BrokerFixture {
  const fixture = new BrokerFixture();
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());
  return fixture;
}

/** A real broker, with topics and groups of its own for one test file. */
export class BrokerFixture {
  readonly namespace = `t${randomBytes(5).toString('hex')}.`;
  readonly logged: { level: string; message: string; context: Record<string, unknown> }[] = [];
  readonly connection = this.connect();
  readonly admin = new TopicAdmin(this.connection);
  readonly producer = new RecordProducer(this.connection);
  private readonly kept: { stop(): Promise<void> }[] = [];

  async start(): Promise<void> {
    await this.admin.start();
    await this.producer.start();
  }

  /** Stops it before the topics of this file are deleted. */
  keep<Consumer extends { stop(): Promise<void> }>(consumer: Consumer): Consumer {
    this.kept.push(consumer);
    return consumer;
  }

  async stop(): Promise<void> {
    await Promise.all(this.kept.map((consumer) => consumer.stop()));
    await this.producer.stop();
    await this.admin.deleteTopics(
      (await this.admin.listTopics()).filter((topic) => topic.startsWith(this.namespace)),
    );
    await this.admin.stop();
  }

  /** A connection of its own, to other addresses where given. */
  connect(brokers?: string[]): KafkaConnection {
    const logger: KafkaLogger = (level, message, context) => this.logged.push({ level, message, context });
    const settings = kafkaSettingsFromEnv(process.env);
    return new KafkaConnection({ ...settings, ...(brokers ? { brokers } : {}), logger });
  }

  /** Makes a topic under a random name. */
  async makeTopic(partitions: number, more: Partial<TopicSpec> = {}): Promise<string> {
    const name = `${this.namespace}${randomBytes(4).toString('hex')}`;
    await this.admin.ensureTopics([{ name, partitions, ...more }]);
    return name;
  }

  /** Sends each value in a transaction of its own. */
  async sendInTransactions(
    topic: string,
    ends: readonly (readonly [string, 'commit' | 'abort'])[],
  ): Promise<void> {
    const settings = { transactionalId: topic, maxInFlightRequests: 1, idempotent: true };
    const producer = this.connection.openClient().producer(settings);
    await producer.connect();
    for (const [value, end] of ends) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key: 'k', value }] });
      await transaction[end]();
    }
    await producer.disconnect();
  }

  groupId(): string {
    return `${this.namespace}${randomBytes(4).toString('hex')}`;
  }
}

/** `count` records with the values 0, 1, 2, ... and keys of their own. */
export function numbered(topic: string, count: number, from = 0): OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: `key-${from + index}`,
    value: String(from + index),
    headers: {},
  }));
}

/** Resolves once `check` holds, looking again after every `signal()`. */
export class Condition {
  private waiting: { check: () => boolean; resolve: () => void }[] = [];

  signal(): void {
    this.waiting = this.waiting.filter(({ check, resolve }) => {
      if (!check()) return true;
      resolve();
      return false;
    });
  }

  async until(check: () => boolean, what: string, limitMs = 120_000): Promise<void> {
    if (check()) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Waited ${limitMs} ms for: ${what}`)), limitMs);
    });
    try {
      await Promise.race([new Promise<void>((resolve) => this.waiting.push({ check, resolve })), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
