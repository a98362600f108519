import { type Database, type ReadClock, type Session, readDatabaseClock } from '@jobstream/database';
import type { Logger } from '@jobstream/runtime';
import { decideFirings, type FiringPlan } from './decide-firings.js';
import type { FiringProducer, ProducedFiring } from './firing-producer.js';
import type { FiringDecision, FiringSettlement, FiringStore } from './firing-store.js';
import type { Schedule } from './schedule.js';
import type { ScheduleStore } from './schedule-store.js';
import type { SchedulingMetrics } from './scheduling-metrics.js';

export interface ScheduleTickerOptions {
  readonly database: Database;
  readonly schedules: ScheduleStore;
  readonly firings: FiringStore;
  readonly producer: FiringProducer;
  readonly metrics: SchedulingMetrics;
  readonly logger: Logger;
  /** Default: Postgres' clock. */
  readonly readClock?: ReadClock;
}

const schedulesAtOnce = 50;
const firingsAtOnce = 100;
/** Pause before another look at schedules that another process looks at. */
const foreignLookMs = 100;
/** Pause of a schedule that cannot be understood, e.g. because its time zone is not known here any more. */
const unusablePauseMs = 60_000;

/**
 * Fires schedules. First one transaction advances the schedule and inserts a row for each occurrence. Then the job is produced,
 * under an id that follows from schedule and instant, and the row is marked. Any number of processes may do so at the same time:
 * a row belongs to the process that holds its lock, and the rows of a dead process are taken by the next look of another.
 */
export class ScheduleTicker {
  private readonly readClock: ReadClock;
  private isOutage = false;

  constructor(private readonly options: ScheduleTickerOptions) {
    this.readClock = options.readClock ?? readDatabaseClock;
  }

  /** Fires due schedules. Resolves with the milliseconds until the next occurrence; undefined when none follows. */
  async look(): Promise<number | undefined> {
    const { firings } = this.options;
    let wait = await this.untilNext();
    while (wait !== undefined && wait <= 0) {
      const decided = await this.decideSome();
      wait = decided === 0 ? foreignLookMs : await this.untilNext();
    }
    while ((await firings.hasPending()) && (await this.produceSome()));
    return wait;
  }

  private async untilNext(): Promise<number | undefined> {
    const { database, schedules } = this.options;
    const [next, now] = await Promise.all([schedules.nextDue(), this.readClock(database)]);
    return next === undefined ? undefined : next - now;
  }

  /** Resolves with the number of schedules it advanced: 0 when another process looks at the due ones. */
  private async decideSome(): Promise<number> {
    const { database, schedules, firings, metrics } = this.options;
    const { looked, decided } = await database.transaction(async (session) => {
      const now = await this.readClock(session);
      const due = await schedules.lockDue(session, now, schedulesAtOnce);
      const decided: FiringDecision[] = [];
      for (const schedule of due) {
        const { decisions, progress } = await this.plan(schedule, now, session);
        await firings.decide(session, decisions, now);
        await schedules.advance(session, progress);
        decided.push(...decisions);
      }
      return { looked: due.length, decided };
    });
    for (const { state } of decided) if (state !== 'pending') metrics.countFiring(state);
    return looked;
  }

  private async plan(schedule: Schedule, now: number, session: Session): Promise<FiringPlan> {
    const { firings, logger } = this.options;
    const unfinished = schedule.overlap === 'skip' ? await firings.unfinished(session, schedule) : undefined;
    try {
      return decideFirings(schedule, now, unfinished);
    } catch (err) {
      logger.error({ err, schedule: schedule.name }, 'schedule not understood: put it again');
      const { name } = schedule;
      return { decisions: [], progress: { name, nextFireAt: now + unusablePauseMs, lastFireAt: undefined } };
    }
  }

  /** Resolves with whether this process may find more pending firings. */
  private async produceSome(): Promise<boolean> {
    const { database, firings, producer } = this.options;
    const produced = await database.transaction(async (session) => {
      const pending = await firings.lockPending(session, firingsAtOnce);
      const produced = await Promise.all(pending.map((firing) => producer.produce(firing)));
      await firings.settle(session, produced.filter(isSettled));
      await firings.rest(session, produced.filter(isRefused));
      return produced;
    });
    const left = produced.filter((each) => !isSettled(each) && !isRefused(each)).length;
    this.noteOutage(left);
    return produced.length === firingsAtOnce && left < produced.length;
  }

  /** Logs the beginning and the end of an outage. Refusals of one topic or partition are the producer's to log. */
  private noteOutage(left: number): void {
    if (left > 0 === this.isOutage) return;
    this.isOutage = left > 0;
    const { logger } = this.options;
    if (left > 0) logger.warn({ occurrences: left }, 'occurrences not acknowledged: trying again');
    else logger.info('occurrences acknowledged again');
  }
}

function isSettled(produced: ProducedFiring): produced is FiringSettlement {
  return produced.state !== 'pending';
}

function isRefused(produced: ProducedFiring): boolean {
  return produced.state === 'pending' && produced.isRefused;
}
