import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Outcome } from '@jobstream/lifecycle';
import type { SlotLoad } from '../slots/slot-queue.js';
import { pickLanes } from '../slots/lane-picker.js';

/** How the end of an attempt is counted. `held_back`: its outcome was not acknowledged, because the partition was lost or the worker stopped; the next holder runs the attempt again. */
export type AttemptCount = 'succeeded' | 'retrying' | 'dead_lettered' | 'expired' | 'cancelled' | 'held_back';

/** The suspects of a worker. */
export interface SuspectLoad {
  readonly waiting: number;
  readonly running: number;
}

/** The metrics of a worker. Ids are never labels. */
export class WorkerMetrics {
  private readonly attempts: Counter<'type' | 'outcome'>;
  private readonly durations: Histogram<'type'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly reruns: Counter<'type'>;
  private readonly copies: Counter;
  private readonly processDeaths: Counter<'type'>;
  private readonly loopBlocks: Counter<'type'>;

  constructor(registry: Registry, load: () => SlotLoad, suspects: () => SuspectLoad) {
    const registers = [registry];
    this.attempts = new Counter({
      name: 'jobstream_attempts_total',
      help: 'Attempts that ended, by job type and outcome.',
      labelNames: ['type', 'outcome'],
      registers,
    });
    this.durations = new Histogram({
      name: 'jobstream_attempt_duration_seconds',
      help: 'How long handlers ran.',
      labelNames: ['type'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'jobstream_dead_letters_total',
      help: 'Records set aside, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.reruns = new Counter({
      name: 'jobstream_reruns_total',
      help: 'Attempts that this process started again because their record was handed over again.',
      labelNames: ['type'],
      registers,
    });
    this.copies = new Counter({
      name: 'jobstream_copies_total',
      help: 'Records that repeated an attempt already taken and were not run.',
      registers,
    });
    this.processDeaths = new Counter({
      name: 'jobstream_process_deaths_total',
      help: 'Handler processes that ended while they ran an attempt, by its job type.',
      labelNames: ['type'],
      registers,
    });
    this.loopBlocks = new Counter({
      name: 'jobstream_event_loop_blocks_total',
      help: 'Times that the event loop was held up for more than a second, by the job type of the handler if it is known. On Linux, time without a processor does not count.',
      labelNames: ['type'],
      registers,
    });
    addLoadGauges(registry, load);
    addSuspectGauges(registry, suspects);
  }

  countAttempt(type: string, outcome: AttemptCount): void {
    this.attempts.inc({ type, outcome });
  }

  observeDuration(type: string, seconds: number): void {
    this.durations.observe({ type }, seconds);
  }

  countDeadLetter(reason: string): void {
    this.deadLetters.inc({ reason });
  }

  countRerun(type: string): void {
    this.reruns.inc({ type });
  }

  countProcessDeath(type: string): void {
    this.processDeaths.inc({ type });
  }

  countLoopBlock(type: string): void {
    this.loopBlocks.inc({ type });
  }

  countCopy(): void {
    this.copies.inc();
  }
}

/** How an acknowledged outcome is counted. */
export function countOf(outcome: Outcome): AttemptCount {
  switch (outcome.kind) {
    case 'succeed':
      return 'succeeded';
    case 'retry':
    case 'retry-delayed':
    case 'retry-in-place':
      return 'retrying';
    case 'dead-letter':
      return 'dead_lettered';
    case 'expire':
      return 'expired';
    case 'cancel':
      return 'cancelled';
  }
}

function addLoadGauges(registry: Registry, load: () => SlotLoad): void {
  const registers = [registry];
  const gauge = (name: string, help: string, value: (load: SlotLoad) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value(load()));
      },
    });
  gauge('jobstream_slots', 'Handlers that may run at the same time.', ({ slots }) => slots);
  gauge('jobstream_running_attempts', 'Handlers that run now.', ({ running }) => running);
  gauge(
    'jobstream_unsettled_outcomes',
    'Outcomes that the log has not acknowledged yet.',
    ({ unsettled }) => unsettled,
  );
  gauge(
    'jobstream_set_aside_outcomes',
    'Of those, the ones that their topic refuses: tried again, without a place of others.',
    ({ refused }) => refused,
  );
  gauge('jobstream_retries_not_due', 'Retries handed over that wait for their time.', ({ notDue }) => notDue);
  new Gauge({
    name: 'jobstream_waiting_deliveries',
    help: 'Records handed over that wait for a slot, by lane.',
    labelNames: ['lane'],
    registers,
    collect() {
      const { waiting } = load();
      for (const lane of pickLanes) this.set({ lane }, waiting[lane]);
    },
  });
}

function addSuspectGauges(registry: Registry, suspects: () => SuspectLoad): void {
  const registers = [registry];
  new Gauge({
    name: 'jobstream_suspect_deliveries',
    help: 'Records that may have ended the process of another worker and wait to run apart.',
    registers,
    collect() {
      this.set(suspects().waiting);
    },
  });
  new Gauge({
    name: 'jobstream_suspect_attempts',
    help: 'Attempts of such records that run apart now.',
    registers,
    collect() {
      this.set(suspects().running);
    },
  });
}
