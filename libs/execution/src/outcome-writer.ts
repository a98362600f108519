import type { Topics } from '@jobstream/contracts';
import type { Delivery } from '@jobstream/kafka';
import type { Outcome } from '@jobstream/lifecycle';
import type { Logger } from '@jobstream/runtime';
import type { OutcomePublisher } from './outcome-publisher.js';
import { outcomeRecord, poisonRecord, type EndedAttempt } from './outcome-records.js';
import type { ReadRecord } from './record-reading.js';
import { countOf, type WorkerMetrics } from './worker-metrics.js';

/** What {@link OutcomeWriter} takes. */
export interface OutcomeWriterOptions {
  readonly queue: string;
  readonly topics: Topics;
  readonly publisher: OutcomePublisher;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
}

/**
 * Writes what follows from a record, by one rule: a failure only while its partition is held, because the partition's next
 * holder runs the attempt too and may succeed; a success always.
 */
export class OutcomeWriter {
  constructor(private readonly options: OutcomeWriterOptions) {}

  /** @returns whether the log has acknowledged the outcome */
  async write(delivery: Delivery, ended: EndedAttempt, outcome: Outcome): Promise<boolean> {
    const record = outcomeRecord(this.options.topics, ended, outcome);
    const wanted = outcome.kind === 'succeed' ? () => true : () => delivery.isCurrent();
    const settled = wanted() && (await this.options.publisher.publish(record, wanted));
    this.tell(ended, outcome, settled);
    return settled;
  }

  /** Sets aside a record in which no job could be read. @returns whether the log has acknowledged it */
  async setAside(delivery: Delivery, fault: Extract<ReadRecord, { kind: 'poison' }>): Promise<boolean> {
    const { topics, queue, publisher, metrics, logger } = this.options;
    const { topic, partition, offset } = delivery.record;
    const record = poisonRecord(topics, queue, delivery.record, fault);
    const held = () => delivery.isCurrent();
    const settled = held() && (await publisher.publish(record, held));
    if (settled) {
      metrics.countDeadLetter(fault.reason);
      logger.warn({ topic, partition, offset, reason: fault.reason }, 'record set aside');
    }
    return settled;
  }

  private tell({ job, type }: EndedAttempt, outcome: Outcome, settled: boolean): void {
    const { metrics, logger } = this.options;
    const { request, run, attempt } = job;
    const about = { job: request.id, type, run, attempt };
    metrics.countAttempt(type, settled ? countOf(outcome) : 'held_back');
    logger.debug({ ...about, outcome: outcome.kind, settled }, 'attempt ends');
    if (!settled) {
      logger.info(about, 'outcome held back: its partition is not held any more, or the worker stops');
      return;
    }
    switch (outcome.kind) {
      case 'succeed':
      case 'expire':
        return;
      case 'retry':
        return logger.info({ ...about, code: outcome.error.code, inMs: outcome.laneMs }, 'job retries');
      case 'retry-in-place':
        return logger.info({ ...about, code: outcome.error.code, inMs: outcome.delayMs }, 'job retries');
      case 'dead-letter':
        metrics.countDeadLetter(outcome.reason);
        logger.warn({ ...about, reason: outcome.reason, code: outcome.error.code }, 'job dead-lettered');
    }
  }
}
