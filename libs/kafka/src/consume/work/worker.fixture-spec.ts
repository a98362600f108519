import { setTimeout as sleep } from 'node:timers/promises';
import { Condition, type BrokerFixture } from '../../client/broker.fixture-spec.js';
import type { KafkaConnection } from '../../client/connection.js';
import type { ConsumerAlarm } from '../../client/consumer-health.js';
import type { Delivery } from './delivery.js';
import type { WorkConsumerOptions } from './work-consumer-options.js';
import { WorkConsumer } from './work-consumer.js';

/** A worker under test: keeps its deliveries, and finishes each at once unless told otherwise. The fixture stops it. */
export class Worker {
  readonly condition = new Condition();
  readonly deliveries: Delivery[] = [];
  /** Values of the records whose work began, each time it did. */
  readonly begun: string[] = [];
  readonly lost: string[] = [];
  readonly alarms: ConsumerAlarm[] = [];
  readonly fatal: Error[] = [];
  readonly consumer: WorkConsumer;
  /** What to do with a delivery. */
  work: (delivery: Delivery) => void = (delivery) => this.finish(delivery);

  constructor(
    fixture: BrokerFixture,
    options: Pick<WorkConsumerOptions, 'groupId' | 'topics'> & Partial<WorkConsumerOptions>,
    connection: KafkaConnection = fixture.connect(),
  ) {
    this.consumer = new WorkConsumer(connection, {
      onDeliveries: (deliveries) => {
        for (const delivery of deliveries) {
          this.deliveries.push(delivery);
          this.work(delivery);
        }
        this.condition.signal();
      },
      onLost: (partitions) => {
        this.lost.push(...partitions.map(({ topic, partition }) => `${topic}/${partition}`));
        this.condition.signal();
      },
      onAlarm: (alarm) => {
        this.alarms.push(alarm);
        this.condition.signal();
      },
      onFatal: (error) => {
        this.fatal.push(error);
        this.condition.signal();
      },
      ...options,
    });
    fixture.keep(this.consumer);
  }

  finish(delivery: Delivery): void {
    if (!delivery.begin()) return;
    this.begun.push(valueOf(delivery));
    delivery.done();
  }

  async until(check: () => boolean, what: string, limitMs?: number): Promise<void> {
    await this.condition.until(check, what, limitMs);
  }
}

/** The arguments of a {@link Worker} after its fixture. */
export type WorkerArguments =
  ConstructorParameters<typeof Worker> extends [unknown, ...infer Rest] ? Rest : never;

export function valueOf({ record }: Delivery): string {
  return record.value!.toString();
}

/** Resolves when a group's commits have reached the ends of the topics. */
export async function untilCommitted(
  fixture: BrokerFixture,
  groupId: string,
  topics: string[],
  limitMs?: number,
): Promise<void> {
  const ends = await fixture.admin.endOffsets(topics);
  const haveReached = async (): Promise<boolean> => {
    const commits = await fixture.admin.committed(groupId, topics);
    return topics.every((topic) =>
      ends.get(topic)!.every((end, at) => (commits.get(topic)![at] ?? 0) === end),
    );
  };
  await untilAsync('the commits to reach the ends', haveReached, limitMs);
}

/** Asks again and again; for what only the broker knows. */
export async function untilAsync(
  what: string,
  check: () => Promise<boolean> | boolean,
  limitMs = 120_000,
): Promise<void> {
  for (const end = performance.now() + limitMs; performance.now() < end;) {
    if (await check()) return;
    await sleep(20);
  }
  throw new Error(`Waited ${limitMs} ms for ${what}`);
}
