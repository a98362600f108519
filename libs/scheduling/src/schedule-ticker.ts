import { type Database, type ReadClock, type Session, readDatabaseClock } from '@jobstream/database';
import type { Logger } from '@jobstream/runtime';
import { decideFirings, type FiringPlan } from './decide-firings.js';
import type { FiringProducer, ProducedFiring } from './firing-producer.js';
import type { FiringDecision, FiringSettlement, FiringStore } from './firing-store.js';
import type { Schedule } from './schedule.js';
import type { ScheduleStore } from './schedule-store.js';
import type { SchedulingMetrics } from './scheduling-metrics.js';

/** What {@link ScheduleTicker} is made of. */
export interface ScheduleTickerParts {
  readonly database: Database;
  readonly schedules: ScheduleStore;
  readonly firings: FiringStore;
  readonly producer: FiringProducer;
  readonly metrics: SchedulingMetrics;
  readonly logger: Logger;
  /** Default Postgres' own. */
  readonly readClock?: ReadClock;
}

const schedulesAtOnce = 50;
const firingsAtOnce = 100;
/** When to look again at what another process is looking at. */
const foreignLookMs = 100;
/** How long a schedule is left alone that can't be understood, e.g. because its zone is not known here any more. */
const unusablePauseMs = 60_000;

/**
 * Fires schedules. First the decision: in one transaction the schedule moves on and each occurrence gets its row. Then the job:
 * produced under the id that follows from schedule and instant, and marked. Any number of processes may do so at the same
 * time: a row belongs to whoever holds its lock, and what a dead process left is taken up by the next look of another.
 */
export class ScheduleTicker {
  private readonly readClock: ReadClock;
  private isOutage = false;

  constructor(private readonly parts: ScheduleTickerParts) {
    this.readClock = parts.readClock ?? readDatabaseClock;
  }

  /** Fires what is due; answers in how many milliseconds the next occurrence is. */
  async look(): Promise<number | undefined> {
    const { firings } = this.parts;
    let wait = await this.untilNext();
    while (wait !== undefined && wait <= 0) {
      const decided = await this.decideSome();
      wait = decided === 0 ? foreignLookMs : await this.untilNext();
    }
    while ((await firings.hasPending()) && (await this.produceSome()));
    return wait;
  }

  private async untilNext(): Promise<number | undefined> {
    const { database, schedules } = this.parts;
    const [next, now] = await Promise.all([schedules.nextDue(), this.readClock(database)]);
    return next === undefined ? undefined : next - now;
  }

  /** Resolves with how many schedules it moved on: none where another process looks at those that are due. */
  private async decideSome(): Promise<number> {
    const { database, schedules, firings, metrics } = this.parts;
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
    const { firings, logger } = this.parts;
    const unfinished = schedule.overlap === 'skip' ? await firings.unfinished(session, schedule) : undefined;
    try {
      return decideFirings(schedule, now, unfinished);
    } catch (err) {
      logger.error({ err, schedule: schedule.name }, 'this schedule can not be understood: put it again');
      const { name } = schedule;
      return { decisions: [], progress: { name, nextFireAt: now + unusablePauseMs, lastFireAt: undefined } };
    }
  }

  /** Resolves with whether more may be pending that this process can take. */
  private async produceSome(): Promise<boolean> {
    const { database, firings, producer } = this.parts;
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

  /** What one topic or partition refuses, the producer tells of. */
  private noteOutage(left: number): void {
    if (left > 0 === this.isOutage) return;
    this.isOutage = left > 0;
    const { logger } = this.parts;
    if (left > 0) logger.warn({ occurrences: left }, 'occurrences are not acknowledged: trying again');
    else logger.info('occurrences are acknowledged again');
  }
}

function isSettled(produced: ProducedFiring): produced is FiringSettlement {
  return produced.state !== 'pending';
}

function isRefused(produced: ProducedFiring): boolean {
  return produced.state === 'pending' && produced.isRefused;
}
