import { Topics, type DefinedHandler } from '@jobstream/contracts';
import { decodeRecord, requestOf, type JobError, type JobRecord } from '@jobstream/contracts/records';
import type { WorkerTopics } from '@jobstream/execution/in-memory';
import {
  attempt,
  AttemptOutcomes,
  Cancellations,
  outcomeRecord,
  RunningAttempts,
  StrayRejections,
  ThreadPool,
  type AttemptPorts,
  type IncomingRecord,
  type OutgoingRecord,
  type Outcome,
  type StartableJob,
} from '@jobstream/execution/in-memory';
import type { DrawnJob } from '@jobstream/intake';
import { describeEnqueued } from './enqueued-job.js';
import type { FakeClock } from './fake-clock.js';
import { describeEnd, type FinishedJob } from './finished-job.js';
import { KeptProgress } from './kept-progress.js';
import { MemoryLog } from './memory-log.js';

/** A job that has run, and the jobs that it has enqueued. */
export interface Rehearsed {
  readonly finished: FinishedJob;
  readonly children: readonly DrawnJob[];
}

/** A handler that ignores its signal is given up after this time. */
const graceMs = 100;

const topics = new Topics('test');

/**
 * Runs one job to its end by the code of a worker: its attempts, their outcomes, and the records of these. Where a worker waits for
 * the next attempt, the clock moves.
 */
export class Rehearsal {
  private readonly log = new MemoryLog();
  private readonly progress: unknown[] = [];
  private readonly retried: JobError[] = [];
  private readonly delaysMs: number[] = [];
  private started = 0;

  /** @param lanes the topics of the worker: they tell which retry lanes there are */
  constructor(
    private readonly handler: DefinedHandler,
    private readonly lanes: WorkerTopics,
    private readonly clock: FakeClock,
  ) {}

  async run(drawn: DrawnJob): Promise<Rehearsed> {
    const threads = new ThreadPool();
    try {
      return await this.runAttempts(drawn, this.portsWith(threads));
    } finally {
      await threads.close();
    }
  }

  private async runAttempts(drawn: DrawnJob, ports: AttemptPorts): Promise<Rehearsed> {
    const { handler, clock, lanes } = this;
    const registered = { definition: handler.definition, handler };
    const handlers = new Map([[handler.definition.type, registered]]);
    const outcomes = new AttemptOutcomes({ handlers, clock, lanesMs: () => lanes.lanesMs });
    const stay = { waitedInPlaceMs: 0, delivery: { record: sourceOf(drawn) } };
    for (let job = startableOf(drawn); ; job = { ...job, attempt: job.attempt + 1 }) {
      const attempted = await attempt(job, registered, clock.now(), ports);
      if (attempted.start) this.started += 1;
      const { ended, outcome } = outcomes.decide(stay, job, attempted);
      const record = readBack(outcomeRecord(topics, ended, outcome));
      if (record.phase !== 'retrying')
        return this.describe(record, record.phase === 'succeeded' ? ended.children : []);
      this.retried.push(record.value.error);
      const delayMs = this.wait(outcome);
      if (outcome.kind === 'retry-in-place') stay.waitedInPlaceMs += delayMs;
    }
  }

  private wait(outcome: Outcome): number {
    const delayMs = delayOf(outcome);
    this.delaysMs.push(delayMs);
    this.clock.reach(this.clock.now() + delayMs);
    return delayMs;
  }

  private describe(last: JobRecord, children: readonly DrawnJob[]): Rehearsed {
    const finished: FinishedJob = {
      id: last.value.id,
      type: last.value.type,
      ...describeEnd(last, this.started),
      retried: this.retried,
      delaysMs: this.delaysMs,
      children: children.map(({ request }) => describeEnqueued(request)),
      progress: this.progress,
      logs: this.log.lines,
    };
    return { finished, children };
  }

  private portsWith(threads: ThreadPool): AttemptPorts {
    const running = new RunningAttempts();
    return {
      worker: 'test',
      logger: this.log.logger,
      clock: this.clock,
      threads,
      graceMs,
      running,
      strays: new StrayRejections(running, this.log.logger),
      noteBlock: () => undefined,
      cancellations: new Cancellations({ has: () => false }, running),
      outdated: () => undefined,
      keepLines: () => this.log,
      openReports: () => new KeptProgress(this.progress),
      observeDuration: () => undefined,
      runsSuspectsApart: false,
      keysCount: false,
    };
  }
}

/** A delayed job counts as due. */
function startableOf({ record }: DrawnJob): StartableJob {
  const read = readBack(record);
  if (read.phase !== 'queued' && read.phase !== 'scheduled')
    throw new TypeError(`No request: ${read.phase}.`);
  const { run, attempt, createdAt, claimed, traceparent, value } = read;
  return { request: requestOf(value), run, attempt, createdAt, claimed, traceparent };
}

function sourceOf({ request, createdAt, record: { key, value, headers } }: DrawnJob): IncomingRecord {
  return {
    topic: topics.requests(request.queue),
    partition: 0,
    offset: 0,
    timestamp: createdAt,
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers,
  };
}

/** A record as its readers get it. */
function readBack({ value, headers }: Pick<OutgoingRecord, 'value' | 'headers'>): JobRecord {
  const read = decodeRecord(typeof value === 'string' ? Buffer.from(value) : value, headers);
  if ('fault' in read) throw new TypeError(`The record of the job cannot be read: ${read.detail}`);
  return read;
}

function delayOf(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'retry':
      return outcome.laneMs;
    case 'retry-delayed':
    case 'retry-in-place':
      return outcome.delayMs;
    case 'succeed':
    case 'expire':
    case 'cancel':
    case 'dead-letter':
      return 0;
  }
}
