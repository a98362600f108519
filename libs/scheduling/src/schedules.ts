import { scheduledJobId } from '@jobstream/contracts';
import {
  linksOf,
  type AcceptedJob,
  type ScheduleList,
  type SchedulePreview,
  type ScheduleView,
} from '@jobstream/contracts/rest';
import { declaredSchedules } from '@jobstream/jobs';
import { type Database, type ReadClock, readDatabaseClock } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import type { Logger } from '@jobstream/runtime';
import type { Registry } from 'prom-client';
import { checkSchedule, checkScheduleName, checkTimingAlone } from './check-schedule.js';
import { FiringProducer } from './firing-producer.js';
import { FiringStore, type PendingFiring } from './firing-store.js';
import { previewSchedule } from './schedule-preview.js';
import { describeSchedule, type Schedule } from './schedule.js';
import { ScheduleError } from './schedule-error.js';
import { ScheduleStore } from './schedule-store.js';
import { SchedulingMetrics } from './scheduling-metrics.js';

export interface SchedulesOptions {
  readonly database: Database;
  readonly intake: JobIntake;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Default: Postgres' clock. */
  readonly readClock?: ReadClock;
}

const shownFirings = 10;

/** The operations on schedules that REST offers. */
export class Schedules {
  private readonly readClock: ReadClock;
  private readonly schedules: ScheduleStore;
  private readonly firings: FiringStore;
  private readonly producer: FiringProducer;

  constructor(private readonly options: SchedulesOptions) {
    const { database, intake, logger, metrics } = options;
    this.readClock = options.readClock ?? readDatabaseClock;
    this.schedules = new ScheduleStore(database, this.readClock);
    this.firings = new FiringStore(database);
    this.producer = new FiringProducer(intake, logger, new SchedulingMetrics(metrics));
  }

  async list(): Promise<ScheduleList> {
    return { items: (await this.schedules.list()).map(describeSchedule) };
  }

  /** @throws ScheduleError `invalid_schedule_name`, `schedule_not_found` */
  async read(name: string): Promise<ScheduleView> {
    const schedule = await this.schedules.find(checkScheduleName(name));
    if (!schedule) throw notFound(name);
    return this.view(schedule);
  }

  /**
   * When a schedule would fire. Changes nothing.
   * @throws ScheduleError `invalid_request`, with the pointer of each fault
   */
  async preview(timing: unknown): Promise<SchedulePreview> {
    const checked = checkTimingAlone(timing);
    return previewSchedule(checked, await this.readClock(this.options.database));
  }

  /**
   * Creates a schedule or replaces its definition.
   * @throws ScheduleError `invalid_schedule_name`, `invalid_request`, `unknown_type`, `invalid_payload`, with the pointer of each fault
   */
  async put(name: string, schedule: unknown): Promise<ScheduleView> {
    checkScheduleName(name);
    const definition = checkSchedule(schedule, this.options.intake);
    return this.view(await this.schedules.put(name, definition, 'rest'));
  }

  /**
   * Deletes a schedule. Jobs that it has fired are not affected.
   * @throws ScheduleError `invalid_schedule_name`, `schedule_not_found`; `schedule_declared` for a shipped one
   */
  async delete(name: string): Promise<void> {
    checkScheduleName(name);
    if (declaredSchedules.some((declared) => declared.name === name)) {
      const detail = 'This schedule ships with the platform: put it with "paused": true to stop it.';
      throw new ScheduleError('schedule_declared', detail);
    }
    const deleted = await this.schedules.delete(name);
    if (!deleted) throw notFound(name);
    await this.firings.forget(deleted);
  }

  /**
   * Fires a schedule now, even when it is paused or waits for a job. The job is acknowledged when this resolves.
   * @throws ScheduleError `invalid_schedule_name`, `schedule_not_found`; `broker_unavailable` when the job is not acknowledged yet;
   * `job_not_unique` when another job holds its unique key, and that is no answer; IntakeError when intake no longer takes the job
   */
  async fire(name: string): Promise<AcceptedJob> {
    const { firings, producer } = this;
    const ordered = await this.order(checkScheduleName(name));
    const { schedule, fireAt } = ordered;
    const settlement = await this.options.database.transaction(async (session) => {
      const pending = await firings.lockIfPending(session, schedule, fireAt);
      // If it is not pending, a scheduler was faster.
      if (!pending) return fired;
      const produced = await producer.produce(pending);
      if (produced.state !== 'pending') await firings.settle(session, [produced]);
      return produced;
    });
    if (settlement.state === 'pending') throw notAcknowledged();
    if (settlement.state === 'refused') throw new ScheduleError('broker_refused', settlement.detail);
    if (settlement.state === 'fired') return describeFired(ordered);
    if (settlement.holder) return settlement.holder;
    throw new ScheduleError('job_not_unique', settlement.detail);
  }

  /** Inserts a pending firing at an instant that no occurrence has: occurrences are at whole seconds. */
  private order(name: string): Promise<OrderedFiring> {
    const { schedules, firings } = this;
    const { database, intake } = this.options;
    return database.transaction(async (session) => {
      const schedule = await schedules.lock(session, name);
      if (!schedule) throw notFound(name);
      const { id, job, overlap, nextFireAt } = schedule;
      const { queue } = intake.check(job).rules;
      const now = await this.readClock(session);
      const free = Math.max(now, ((await firings.lastInstant(session, schedule)) ?? 0) + 1);
      const fireAt = free % 1_000 === 0 ? free + 1 : free;
      const watched = overlap === 'skip';
      const ordered = { schedule: { name, id }, fireAt, job, queue: queue.name };
      await firings.decide(session, [{ ...ordered, state: 'pending', watched }], now);
      await schedules.advance(session, { name, nextFireAt, lastFireAt: fireAt });
      return ordered;
    });
  }

  private async view(schedule: Schedule): Promise<ScheduleView> {
    const firings = await this.firings.recent(schedule, shownFirings);
    return { ...describeSchedule(schedule), firings };
  }
}

const fired = { state: 'fired' } as const;

type OrderedFiring = Pick<PendingFiring, 'schedule' | 'fireAt' | 'job'> & { readonly queue: string };

function describeFired({ schedule, fireAt, job: { type }, queue }: OrderedFiring): AcceptedJob {
  const id = scheduledJobId(schedule, fireAt);
  const createdAt = new Date(fireAt).toISOString();
  return { id, type, queue, state: 'queued', run: 1, createdAt, links: linksOf(id) };
}

function notFound(name: string): ScheduleError {
  return new ScheduleError('schedule_not_found', `No schedule is called "${name}".`);
}

function notAcknowledged(): ScheduleError {
  const detail =
    'The order is kept, but its job is not acknowledged yet: it is produced as soon as the broker takes it.';
  return new ScheduleError('broker_unavailable', detail);
}
