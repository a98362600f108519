import type { Topics } from '@jobstream/contracts';
import { traceIdOf } from '@jobstream/contracts/records';
import type { Delivery } from '@jobstream/kafka';
import type { Outcome } from '@jobstream/lifecycle';
import type { Logger } from '@jobstream/runtime';
import type { OutcomePublisher } from './outcome-publisher.js';
import { outcomeRecord, poisonRecord, type EndedAttempt } from './outcome-records.js';
import type { ReadRecord } from '../admission/record-reading.js';
import { countOf, type WorkerMetrics } from '../worker/worker-metrics.js';

export interface OutcomeWriterOptions {
  readonly queue: string;
  readonly topics: Topics;
  readonly publisher: OutcomePublisher;
  readonly metrics: WorkerMetrics;
  readonly logger: Logger;
}

/**
 * Writes outcomes to the log.
 *
 * Invariants: a failure is written only while its partition is held, because the next holder runs the attempt too and may
 * succeed. A success is always written, after the jobs that the attempt has enqueued.
 */
export class OutcomeWriter {
  constructor(private readonly options: OutcomeWriterOptions) {}

  /** @returns whether the log has acknowledged the outcome */
  async write(delivery: Delivery, ended: EndedAttempt, outcome: Outcome): Promise<boolean> {
    const settled = await this.produce(delivery, ended, outcome);
    this.tell(ended, outcome, settled);
    return settled;
  }

  /** Writes the outcome of an attempt that ended earlier, perhaps in another worker. @returns as {@link write} */
  async republish(delivery: Delivery, ended: EndedAttempt, outcome: Outcome): Promise<boolean> {
    const { request, run, attempt } = ended.job;
    const about = { job: request.id, run, attempt, outcome: outcome.kind };
    this.options.logger.debug(about, 'outcome republished');
    return this.produce(delivery, ended, outcome);
  }

  /** Dead-letters a record without a readable job. @returns whether the log has acknowledged it */
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

  private produce(delivery: Delivery, ended: EndedAttempt, outcome: Outcome): Promise<boolean> | boolean {
    const { topics, publisher } = this.options;
    const record = outcomeRecord(topics, ended, outcome);
    if (outcome.kind !== 'succeed') {
      const held = () => delivery.isCurrent();
      return held() && publisher.publish(record, held);
    }
    if (ended.children.length === 0) return publisher.publish(record, always);
    return publisher
      .publishJobs(ended.children)
      .then((settled) => settled && publisher.publish(record, always));
  }

  private tell({ job, type }: EndedAttempt, outcome: Outcome, settled: boolean): void {
    const { metrics, logger } = this.options;
    metrics.countAttempt(type, settled ? countOf(outcome) : 'held_back');
    if (settled && outcome.kind === 'dead-letter') metrics.countDeadLetter(outcome.reason);
    const level = levelOf(outcome, settled);
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        job: job.request.id,
        type,
        run: job.run,
        attempt: job.attempt,
        trace: traceIdOf(job.request.id, job.traceparent),
        outcome: outcome.kind,
        settled,
        ...detailOf(outcome),
      },
      settled ? 'attempt ended' : 'outcome held back: its partition is lost, or the worker stops',
    );
  }
}

const always = () => true;

function levelOf(outcome: Outcome, settled: boolean): 'debug' | 'info' | 'warn' {
  if (!settled) return 'info';
  switch (outcome.kind) {
    case 'succeed':
    case 'expire':
    case 'cancel':
      return 'debug';
    case 'retry':
    case 'retry-delayed':
    case 'retry-in-place':
      return 'info';
    case 'dead-letter':
      return 'warn';
  }
}

function detailOf(outcome: Outcome): object {
  switch (outcome.kind) {
    case 'succeed':
    case 'expire':
    case 'cancel':
      return {};
    case 'retry':
      return { code: outcome.error.code, inMs: outcome.laneMs };
    case 'retry-delayed':
    case 'retry-in-place':
      return { code: outcome.error.code, inMs: outcome.delayMs };
    case 'dead-letter':
      return { code: outcome.error.code, reason: outcome.reason };
  }
}
