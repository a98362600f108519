import { scheduledJobId, type JobId, type ScheduleIdentity } from '@jobstream/contracts';
import type { ScheduledJob, ScheduleFiring } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import { restOfRefused } from '@jobstream/intake';

/** The decision about one occurrence, or an order to fire now. */
export interface FiringDecision {
  readonly schedule: ScheduleIdentity;
  /** Milliseconds since 1970. */
  readonly fireAt: number;
  readonly job: ScheduledJob;
  readonly state: 'pending' | 'skipped' | 'missed';
  /** Whether the schedule waits for the job's end. */
  readonly watched: boolean;
  readonly detail?: string;
}

/** A decision whose job has to be produced. */
export interface PendingFiring {
  readonly schedule: ScheduleIdentity;
  readonly fireAt: number;
  readonly jobId: JobId;
  readonly job: ScheduledJob;
}

/** The result of a pending firing. */
export type FiringSettlement = Pick<PendingFiring, 'schedule' | 'fireAt'> &
  ({ readonly state: 'fired' } | { readonly state: 'refused' | 'skipped'; readonly detail: string });

interface FiringRow {
  readonly schedule: string;
  readonly schedule_id: string;
  readonly fire_at: Date;
  readonly job_id: JobId;
  readonly job: string;
  readonly state: ScheduleFiring['state'];
  readonly detail: string | null;
}

const maxDetailCharacters = 1_000;

/** The rows of `operations.schedule_firings`: one decision for each occurrence. */
export class FiringStore {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.schedule_firings`;
  }

  /** Inserts decisions, in the transaction that advances their schedules. Earlier decisions stand. */
  async decide(session: Session, decisions: readonly FiringDecision[], now: number): Promise<void> {
    if (decisions.length === 0) return;
    await session.query({
      name: 'decide-firings',
      text: `INSERT INTO ${this.table} (schedule, schedule_id, fire_at, job_id, job, state, watched, detail, decided_at)
             SELECT schedule, schedule_id, to_timestamp(fire_at / 1000), job_id, job, state, watched, detail, $9
             FROM unnest($1::text[], $2::uuid[], $3::double precision[], $4::uuid[], $5::text[], $6::text[], $7::boolean[],
                 $8::text[])
               AS given(schedule, schedule_id, fire_at, job_id, job, state, watched, detail)
             ORDER BY schedule, schedule_id, fire_at ON CONFLICT DO NOTHING`,
      values: [
        decisions.map(({ schedule }) => schedule.name),
        decisions.map(({ schedule }) => schedule.id),
        decisions.map(({ fireAt }) => fireAt),
        decisions.map(({ schedule, fireAt }) => scheduledJobId(schedule, fireAt)),
        decisions.map(({ job }) => JSON.stringify(job)),
        decisions.map(({ state }) => state),
        decisions.map(({ watched }) => watched),
        decisions.map(({ detail }) => detail ?? null),
        new Date(now),
      ],
    });
  }

  /** The job that a schedule waits for: watched, and not known to have ended. */
  async unfinished(session: Session, { name, id }: ScheduleIdentity): Promise<JobId | undefined> {
    const { rows } = await session.query<{ job_id: JobId }>({
      name: 'unfinished-firing',
      text: `SELECT job_id FROM ${this.table}
             WHERE schedule = $1 AND schedule_id = $2 AND watched AND state IN ('pending', 'fired')
             ORDER BY fire_at LIMIT 1`,
      values: [name, id],
    });
    return rows[0]?.job_id;
  }

  /** Whether a job has yet to be produced and does not rest. */
  async hasPending(): Promise<boolean> {
    const { rows } = await this.database.query<{ pending: boolean }>({
      name: 'has-pending-firings',
      text: `SELECT EXISTS (SELECT FROM ${this.table} WHERE state = 'pending' AND rest_until <= clock_timestamp()) AS pending`,
    });
    return rows[0]!.pending;
  }

  /**
   * Locks firings whose jobs have to be produced, the oldest first. Skips those that another process produces. The locks of a
   * dead process end with its connection.
   */
  async lockPending(session: Session, limit: number): Promise<PendingFiring[]> {
    const { rows } = await session.query<FiringRow>({
      name: 'lock-pending-firings',
      text: `SELECT * FROM ${this.table} WHERE state = 'pending' AND rest_until <= clock_timestamp()
             ORDER BY rest_until, fire_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
      values: [limit],
    });
    return rows.map(pendingOf);
  }

  /** Waits for the lock of one firing. Undefined when it is no longer pending. */
  async lockIfPending(
    session: Session,
    { name, id }: ScheduleIdentity,
    fireAt: number,
  ): Promise<PendingFiring | undefined> {
    const { rows } = await session.query<FiringRow>({
      text: `SELECT * FROM ${this.table}
             WHERE schedule = $1 AND schedule_id = $2 AND fire_at = $3 AND state = 'pending' FOR UPDATE`,
      values: [name, id, new Date(fireAt)],
    });
    return rows[0] && pendingOf(rows[0]);
  }

  /** Lets firings rest whose jobs are refused, so that others go first. */
  async rest(
    session: Session,
    firings: readonly Pick<PendingFiring, 'schedule' | 'fireAt'>[],
  ): Promise<void> {
    if (firings.length === 0) return;
    await session.query({
      name: 'rest-refused-firings',
      text: `UPDATE ${this.table} AS firing SET rest_until = ${restOfRefused('firing.decided_at')}
             FROM unnest($1::text[], $2::uuid[], $3::double precision[]) AS given(schedule, schedule_id, fire_at)
             WHERE firing.schedule = given.schedule AND firing.schedule_id = given.schedule_id
               AND firing.fire_at = to_timestamp(given.fire_at / 1000) AND firing.state = 'pending'`,
      values: [
        firings.map(({ schedule }) => schedule.name),
        firings.map(({ schedule }) => schedule.id),
        firings.map(({ fireAt }) => fireAt),
      ],
    });
  }

  /** Marks firings as produced, refused or skipped. */
  async settle(session: Session, settlements: readonly FiringSettlement[]): Promise<void> {
    if (settlements.length === 0) return;
    await session.query({
      name: 'settle-firings',
      text: `UPDATE ${this.table} AS firing SET state = given.state, detail = given.detail,
               fired_at = CASE given.state WHEN 'fired' THEN clock_timestamp() END
             FROM unnest($1::text[], $2::uuid[], $3::double precision[], $4::text[], $5::text[])
               AS given(schedule, schedule_id, fire_at, state, detail)
             WHERE firing.schedule = given.schedule AND firing.schedule_id = given.schedule_id
               AND firing.fire_at = to_timestamp(given.fire_at / 1000)
               AND firing.state = 'pending'`,
      values: [
        settlements.map(({ schedule }) => schedule.name),
        settlements.map(({ schedule }) => schedule.id),
        settlements.map(({ fireAt }) => fireAt),
        settlements.map(({ state }) => state),
        settlements.map((settled) =>
          settled.state === 'fired' ? null : settled.detail.slice(0, maxDetailCharacters),
        ),
      ],
    });
  }

  /** The instant of the last firing, fired or not. */
  async lastInstant(session: Session, { name, id }: ScheduleIdentity): Promise<number | undefined> {
    const { rows } = await session.query<{ last: Date | null }>({
      text: `SELECT max(fire_at) AS last FROM ${this.table} WHERE schedule = $1 AND schedule_id = $2`,
      values: [name, id],
    });
    return rows[0]?.last?.getTime();
  }

  /** The last decisions of a schedule, newest first. */
  async recent({ name, id }: ScheduleIdentity, limit: number): Promise<ScheduleFiring[]> {
    const { rows } = await this.database.query<FiringRow>({
      text: `SELECT * FROM ${this.table} WHERE schedule = $1 AND schedule_id = $2 ORDER BY fire_at DESC LIMIT $3`,
      values: [name, id, limit],
    });
    return rows.map(({ fire_at, state, job_id, detail }) => ({
      fireAt: fire_at.toISOString(),
      state,
      jobId: job_id,
      detail,
    }));
  }

  /** The jobs that schedules wait for, and when the first of them was fired: milliseconds since 1970. */
  async awaited(
    session: Session,
  ): Promise<{ readonly ids: readonly JobId[]; readonly since: number | undefined }> {
    const { rows } = await session.query<{ job_id: JobId; decided_at: Date }>({
      name: 'awaited-firings',
      text: `SELECT job_id, decided_at FROM ${this.table} WHERE watched AND state IN ('pending', 'fired')`,
    });
    const since = rows.map(({ decided_at }) => decided_at.getTime());
    return {
      ids: rows.map(({ job_id }) => job_id),
      since: since.length > 0 ? Math.min(...since) : undefined,
    };
  }

  /** Marks awaited jobs as ended. Ignores others. */
  async end(session: Session, jobIds: readonly JobId[]): Promise<void> {
    await session.query({
      name: 'end-firings',
      text: `UPDATE ${this.table} SET state = 'ended', ended_at = clock_timestamp()
             WHERE job_id = ANY($1) AND watched AND state IN ('pending', 'fired')`,
      values: [jobIds],
    });
  }

  /** Stops waiting for the ends of a schedule's jobs. */
  async forget({ name, id }: ScheduleIdentity): Promise<void> {
    await this.database.query({
      text: `UPDATE ${this.table} SET watched = false WHERE schedule = $1 AND schedule_id = $2 AND watched`,
      values: [name, id],
    });
  }

  /** Deletes decisions older than this and resolves with their number. Keeps pending and awaited firings. */
  async purge(olderThanMs: number, limit = 5_000): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM ${this.table}
               WHERE decided_at < clock_timestamp() - $1 * interval '1 millisecond'
                 AND state <> 'pending' AND NOT (watched AND state = 'fired')
               LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      values: [olderThanMs, limit],
    });
    return affected;
  }
}

function pendingOf({ schedule, schedule_id, fire_at, job_id, job }: FiringRow): PendingFiring {
  return {
    schedule: { name: schedule, id: schedule_id },
    fireAt: fire_at.getTime(),
    jobId: job_id,
    job: JSON.parse(job) as ScheduledJob,
  };
}
