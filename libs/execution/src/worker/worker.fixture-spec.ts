import { afterEach } from '@jest/globals';
import { newJobId, Topics, type TopicRole } from '@jobstream/contracts';
import { encodeRecord, type JobRequest } from '@jobstream/contracts/records';
import { Database, schemasOf } from '@jobstream/database';
import { JobIntake } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import type {
  Delivery,
  IncomingRecord,
  OutgoingRecord,
  RecordProducer,
  RecordReceipt,
  SendOutcome,
  Suspicion,
} from '@jobstream/kafka';
import { createLogger, type Clock } from '@jobstream/runtime';
import { Registry } from 'prom-client';
import { Claims, type ClaimRows } from '../claims/claims.js';
import { ClaimStore } from '../claims/claim-store.js';
import { CancelBook } from '@jobstream/orders';
import { Cancellations } from '../attempt/cancellations.js';
import { RunningAttempts } from '../attempt/running-attempts.js';
import { LogOutbox } from '../logs/log-outbox.js';
import { RunningReports } from '../attempt/running-reports.js';
import { StrayRejections } from '../attempt/stray-rejections.js';
import type { SlotLoad } from '../slots/slot-queue.js';
import type { RegisteredHandler } from '../handlers/handler-registry.js';
import type { StartLimits } from '../admission/limit-gate.js';
import { SuspectGate } from '../admission/suspect-gate.js';
import type { Cells } from '../apart/cells.js';
import { JobWorker } from './job-worker.js';
import { OutcomePublisher } from '../outcome/outcome-publisher.js';
import { OutcomeWriter } from '../outcome/outcome-writer.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import { WorkerMetrics } from './worker-metrics.js';

/** A delivery whose partition is held until `lose` and that says what became of it. */
export class ScriptedDelivery implements Delivery {
  readonly calls: string[] = [];
  /** What the consumer does then. */
  whenAbandoned = (): void => undefined;
  whenDone = (): unknown => undefined;
  /** What the consumer says against the record. */
  suspicion: Suspicion | undefined;
  private held = true;

  constructor(
    readonly record: IncomingRecord,
    readonly attemptsUsed = 0,
  ) {}

  lose(): void {
    this.held = false;
  }
  isCurrent(): boolean {
    return this.held;
  }
  begin(): boolean {
    if (this.held) this.calls.push('begin');
    return this.held;
  }
  noteAttempts(used: number): void {
    this.calls.push(`used ${used}`);
  }
  async noteDeaths(deaths: number): Promise<void> {
    this.calls.push(`deaths ${deaths}`);
  }
  done(): void {
    this.calls.push('done');
    this.whenDone();
  }
  abandon(): void {
    this.calls.push('abandon');
    this.whenAbandoned();
  }
}

const unlimited: StartLimits = { rulesOf: () => [], enter: () => Promise.resolve(() => undefined) };
const nowhere = new Database({ url: 'postgres://127.0.0.1:1/none', schemas: schemasOf('') });

/** A worker without Kafka: records go to `sent`, or wait there while `log.hold` is set. */
export class TestWorker {
  readonly topics = new Topics();
  readonly sent: OutgoingRecord[] = [];
  readonly failures: Error[] = [];
  /** How long handlers have held up the event loop. */
  readonly blocks: number[] = [];
  readonly metrics = new Registry();
  readonly clock: Clock & { time: number } = { time: Date.now(), now: () => this.clock.time };
  readonly worker: JobWorker;
  /** Answers each send; by default at once. */
  answer: (record: OutgoingRecord) => Promise<void> = async () => undefined;
  readonly cancels = new CancelBook();
  readonly running = new RunningAttempts();
  readonly strays = new StrayRejections(this.running, createLogger('test', 'silent'));
  readonly cancellations = new Cancellations(this.cancels, this.running);
  readonly handlers: Map<string, RegisteredHandler>;
  private nextOffset = 0;

  constructor(
    handlers: RegisteredHandler[],
    options: {
      readTypes?: () => Promise<void>;
      slots?: number;
      maxUnsettled?: number;
      limits?: Partial<StartLimits>;
      /** Where claims are; without it no job may need one. */
      claims?: ClaimRows;
      /** Where suspects run; default: in the worker. */
      cells?: Cells;
    } = {},
  ) {
    const send = async (record: OutgoingRecord): Promise<RecordReceipt> => {
      await this.answer(record);
      this.sent.push(record);
      return { topic: record.topic, partition: 0, offset: 0, appendedAt: 0, resent: false };
    };
    const sendAll = (records: readonly OutgoingRecord[]): Promise<SendOutcome[]> =>
      Promise.all(
        records.map((record) =>
          send(record).then(
            (receipt): SendOutcome => ({ receipt }),
            (error: Error): SendOutcome => ({ error }) as SendOutcome,
          ),
        ),
      );
    const producer = { sendAll } as unknown as RecordProducer;
    const intake = new JobIntake({ producer, topics: this.topics, jobTypes: new JobTypeBook() });
    const logger = createLogger('test', 'silent');
    const { clock } = this;
    const roleOf = (topic: string): TopicRole | undefined => this.topics.roleOf(topic);
    const logs = new LogOutbox({
      topic: this.topics.logs,
      worker: 'test-worker',
      send,
      metrics: this.metrics,
      logger,
    });
    const suspectGate = new SuspectGate(options.cells ? 2 : 0);
    const metrics = new WorkerMetrics(
      this.metrics,
      (): SlotLoad => this.worker.load(),
      () => suspectGate,
    );
    this.handlers = new Map(handlers.map((handler) => [handler.definition.type, handler]));
    this.worker = new JobWorker({
      slots: options.slots ?? 4,
      maxUnsettled: options.maxUnsettled ?? 100,
      handlers: this.handlers,
      readTypes: options.readTypes,
      writer: new OutcomeWriter({
        queue: 'print',
        topics: this.topics,
        publisher: new OutcomePublisher({
          send,
          produce: (jobs) => intake.produce(jobs),
          logger,
          monotonic: () => clock.now(),
          onRefused: (count) => this.worker.noteRefused(count),
          random: () => 0,
        }),
        metrics,
        logger,
      }),
      metrics,
      clock,
      attempts: {
        worker: 'test-worker',
        logger,
        clock,
        threads: undefined as unknown as ThreadPool,
        graceMs: 20,
        cancellations: this.cancellations,
        running: this.running,
        strays: this.strays,
        noteBlock: (_job, ms) => void this.blocks.push(ms),
        outdated: () => undefined,
        keepLines: ({ request: { id }, run, attempt }) => logs.open({ id, run, attempt }),
        openReports: () => new RunningReports(() => Promise.resolve()),
        observeDuration: () => undefined,
        runsSuspectsApart: options.cells !== undefined,
        keysCount: true,
      },
      claims: new Claims({
        metrics: this.metrics,
        logger,
        leaseMs: 1_000,
        monotonic: () => clock.now(),
        store: options.claims ?? new ClaimStore(nowhere),
        prepare: async () => {
          if (!options.claims) throw new Error('Jobs without a claim need no database.');
        },
      }),
      limits: { ...unlimited, ...options.limits },
      suspectGate,
      cells: options.cells,
      onDeath: () => undefined,
      lanesMs: () => [1_000, 5_000],
      roleOf,
      onFatal: (error) => this.failures.push(error),
    });
  }

  /** A delivery of a request, on the next offset unless told otherwise. */
  deliver(
    request: Partial<JobRequest> = {},
    at: { topic?: string; attempt?: number; offset?: number; timestamp?: number; used?: number } = {},
  ): ScriptedDelivery {
    const { topic = 'jobs.print', attempt = 1, offset = this.nextOffset++, timestamp = this.clock.time } = at;
    const value: JobRequest = {
      v: 1,
      id: newJobId(),
      type: 'print.page',
      queue: 'print',
      payload: {},
      priority: 'normal',
      maxAttempts: 3,
      ...request,
    };
    const start = { worker: 'w', at: new Date(timestamp).toISOString() };
    const head = { run: 1, attempt, createdAt: timestamp };
    const {
      key,
      value: text,
      headers,
    } = encodeRecord(
      this.topics.roleOf(topic)?.kind === 'retry'
        ? { ...head, phase: 'retrying', value: { ...value, error: { code: 'c', message: 'm' }, start } }
        : { ...head, phase: 'queued', value },
    );
    const bytes = { key: Buffer.from(key), value: Buffer.from(text) };
    return new ScriptedDelivery({ topic, partition: 0, offset, timestamp, ...bytes, headers }, at.used);
  }

  /** Their partitions go, as a strategy has it. */
  lose(...deliveries: readonly ScriptedDelivery[]): void {
    for (const delivery of deliveries) delivery.lose();
    this.worker.lose(deliveries.map(({ record }) => record));
  }

  /** Begins nothing any more, as a strategy that closes. */
  drain(): void {
    this.worker.drain();
  }

  phases(): string[] {
    return this.sent.map(({ headers }) => headers['js-phase']!);
  }

  /** What a series counts, all its labels together or those of one value. */
  async count(series: string, label?: string): Promise<number> {
    const metric = await this.metrics.getSingleMetric(series)!.get();
    const counted = metric.values.filter(
      ({ labels }) => label === undefined || Object.values(labels).includes(label),
    );
    return counted.reduce((sum, { value }) => sum + value, 0);
  }
}

const open: TestWorker[] = [];
afterEach(() => {
  for (const worker of open.splice(0)) worker.drain();
});

/** A worker that is drained after the test. */
export function openWorker(...of: ConstructorParameters<typeof TestWorker>): TestWorker {
  const worker = new TestWorker(...of);
  open.push(worker);
  return worker;
}

/** Lets everything that is ready run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Lets everything run until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`It did not come to ${String(isSo)}`);
    await turn();
  }
}
