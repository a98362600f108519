import type { Topics } from '@jobstream/contracts';
import { decodeWorkerSign } from '@jobstream/contracts/records';
import type { WorkerView } from '@jobstream/contracts/rest';
import { KafkaRequestError, type BrokerClock, type LogReader, type TopicAdmin } from '@jobstream/kafka';
import { SharedCall, type Logger } from '@jobstream/runtime';
import { brokerUnavailable } from '../status-error.js';
import { forgottenAfterMs, WorkerBook } from './worker-book.js';

export interface WorkersOptions {
  readonly admin: TopicAdmin;
  readonly log: LogReader;
  readonly topics: Topics;
  readonly brokerClock: BrokerClock;
  readonly logger: Logger;
}

/**
 * Reads what workers tell of themselves: on demand, from where the last reading ended to the end of the topic. A process in which
 * nobody asks reads nothing. Readings are shared by those who ask at the same time.
 */
export class Workers {
  private readonly book = new WorkerBook();
  /** By partition, the offset to read next; undefined before the first reading. */
  private next: readonly number[] | undefined;
  private readonly reading = new SharedCall(() => this.readOn());

  constructor(private readonly options: WorkersOptions) {}

  /**
   * The workers that have told something within ten minutes.
   * @param queue only those that serve it
   * @throws StatusError `broker_unavailable`
   */
  async list(queue?: string): Promise<WorkerView[]> {
    await this.reading.call().catch((cause: unknown) => {
      throw brokerUnavailable('Workers tell of themselves on', cause);
    });
    const all = this.book.list(this.options.brokerClock.now());
    return queue === undefined
      ? all
      : all.filter(({ queues }) => queues.some((each) => each.queue === queue));
  }

  private async readOn(): Promise<void> {
    const { admin, topics, brokerClock } = this.options;
    const topic = topics.workers;
    const since = brokerClock.now() - forgottenAfterMs;
    const ends = (await admin.endOffsets([topic])).get(topic) ?? [];
    const isKnown = this.next?.length === ends.length && ends.every((end, nth) => end >= this.next![nth]!);
    // The first time, and where the topic was made anew.
    if (!isKnown) this.book.clear();
    const next = isKnown ? this.next! : ((await admin.offsetsAt([topic], since)).get(topic) ?? ends);
    this.next = await Promise.all(
      ends.map((end, partition) => this.readTo(end, partition, next[partition]!)),
    );
  }

  private async readTo(end: number, partition: number, from: number): Promise<number> {
    const { log, logger, topics } = this.options;
    const topic = topics.workers;
    try {
      for (let next = from; next < end;) {
        const slice = await log.read({ topic, partition }, next, end);
        for (const { key, value, offset, timestamp } of slice.records) {
          const read = decodeWorkerSign(key, value);
          if ('sign' in read) this.book.apply(read.id, read.sign, timestamp);
          else logger.warn({ topic, offset, fault: read.detail }, 'sign of a worker skipped: not readable');
        }
        next = slice.next;
      }
    } catch (err) {
      if (!(err instanceof KafkaRequestError) || err.brokerError !== 'UNREADABLE_BATCH') throw err;
      // Living workers tell of themselves again within seconds.
      logger.warn({ err, topic, partition, from, end }, 'signs of workers skipped: not readable');
    }
    return end;
  }
}
