import type { JobId } from '@jobstream/contracts';
import type { ReplayJobPage } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import type { ForwardedRequest, JobIntake } from '@jobstream/intake';
import { RecordRefusedError } from '@jobstream/kafka';
import type { NewRun } from '../selection/new-run.js';
import type { ReplayStore } from './replay-store.js';

/** A job and one of its runs. */
export interface RunId {
  readonly id: JobId;
  readonly run: number;
}

interface ReservedRow {
  readonly job_id: JobId;
  readonly run: number;
  readonly request: string;
}

/** The result of {@link ReservedRuns.produce}. */
export interface ProducedRuns {
  /** Number of settled runs. */
  readonly settled: number;
  /** The last run that was tried; undefined when none were left. */
  readonly last: RunId | undefined;
  /** The error of a partition that takes no records; its runs are still reserved. */
  readonly refusal: Error | undefined;
}

interface Settlement extends RunId {
  readonly state: 'replayed' | 'refused';
  readonly detail: string | null;
}

/** The broker has not acknowledged some runs. They stay reserved and are produced again. */
export class NotAcknowledgedError extends Error {
  readonly code = 'not_acknowledged';
  override readonly name = 'NotAcknowledgedError';

  constructor(cause: Error) {
    super(`The broker has not acknowledged all jobs: ${cause.message}`, { cause });
  }
}

/**
 * The rows of `operations.replay_jobs`: runs that replays make. A run is first reserved with its request, under its primary
 * key, then produced, then marked. A process that dies in between leaves a request that another produces again, under a claim.
 */
export class ReservedRuns {
  private readonly table: string;

  constructor(
    private readonly database: Database,
    private readonly replays: ReplayStore,
    private readonly intake: JobIntake,
  ) {
    this.table = `${database.operations}.replay_jobs`;
  }

  /** Reserves runs for a replay. Resolves with the number of its own; the others were reserved before, by this or another replay. */
  async reserve(session: Session, replayId: string, runs: readonly NewRun[]): Promise<number> {
    if (runs.length === 0) return 0;
    const { affected } = await session.query({
      name: 'reserve-runs',
      text: `INSERT INTO ${this.table} (job_id, run, replay_id, state, request)
             SELECT job_id, run, $1, 'reserved', request
             FROM unnest($2::uuid[], $3::integer[], $4::text[]) AS made(job_id, run, request)
             ORDER BY job_id, run ON CONFLICT DO NOTHING`,
      values: [
        replayId,
        runs.map(({ id }) => id),
        runs.map(({ run }) => run),
        runs.map(({ request }) => JSON.stringify(request)),
      ],
    });
    return affected;
  }

  /**
   * Puts reserved runs of a replay after `after` into their queue. Skips runs that a partition refuses.
   * @throws NotAcknowledgedError in an outage, or when the topic takes no records, after the acknowledged runs are marked
   */
  async produce(replayId: string, limit: number, after?: RunId): Promise<ProducedRuns> {
    const { rows } = await this.database.query<ReservedRow>({
      name: 'reserved-runs',
      text: `SELECT job_id, run, request FROM ${this.table}
             WHERE replay_id = $1 AND state = 'reserved'
               AND ($3::uuid IS NULL OR (job_id, run) > ($3::uuid, $4::integer))
             ORDER BY job_id, run LIMIT $2`,
      values: [replayId, limit, after?.id ?? null, after?.run ?? null],
    });
    const lastRow = rows.at(-1);
    if (!lastRow) return { settled: 0, last: undefined, refusal: undefined };
    const outcomes = await this.intake.forward(
      rows.map(({ request }) => JSON.parse(request) as ForwardedRequest),
    );
    let unknown: Error | undefined;
    let refusal: Error | undefined;
    const settled = rows.flatMap(({ job_id: id, run }, index): Settlement[] => {
      const outcome = outcomes[index]!;
      if (!('error' in outcome)) return [{ id, run, state: 'replayed', detail: null }];
      const { error } = outcome;
      if (error instanceof RecordRefusedError && error.scope === 'record')
        return [{ id, run, state: 'refused', detail: error.message }];
      if (error.scope === 'partition') refusal = error;
      else unknown = error;
      return [];
    });
    await this.settle(replayId, settled);
    if (unknown) throw new NotAcknowledgedError(unknown);
    return { settled: settled.length, last: { id: lastRow.job_id, run: lastRow.run }, refusal };
  }

  /** The runs of a replay by id, after `after`. */
  async list(replayId: string, after: RunId | undefined, limit: number): Promise<ReplayJobPage['items']> {
    const { rows } = await this.database.query<{
      job_id: JobId;
      run: number;
      state: ReplayJobPage['items'][number]['state'];
      detail: string | null;
      replayed_at: Date | null;
    }>({
      text: `SELECT job_id, run, state, detail, replayed_at FROM ${this.table}
             WHERE replay_id = $1 AND ($2::uuid IS NULL OR (job_id, run) > ($2::uuid, $3::integer))
             ORDER BY job_id, run LIMIT $4`,
      values: [replayId, after?.id ?? null, after?.run ?? null, limit],
    });
    return rows.map(({ job_id: id, run, state, detail, replayed_at: at }) => {
      return { id, run, state, detail, replayedAt: at?.toISOString() ?? null };
    });
  }

  private async settle(replayId: string, settled: readonly Settlement[]): Promise<void> {
    if (settled.length === 0) return;
    await this.database.transaction(async (session) => {
      const { rows } = await session.query<Pick<Settlement, 'state'>>({
        name: 'settle-runs',
        text: `UPDATE ${this.table} AS job SET state = made.state, detail = made.detail, request = NULL,
                 replayed_at = CASE made.state WHEN 'replayed' THEN clock_timestamp() END
               FROM unnest($2::uuid[], $3::integer[], $4::text[], $5::text[]) AS made(job_id, run, state, detail)
               WHERE job.job_id = made.job_id AND job.run = made.run AND job.replay_id = $1 AND job.state = 'reserved'
               RETURNING job.state`,
        values: [
          replayId,
          settled.map(({ id }) => id),
          settled.map(({ run }) => run),
          settled.map(({ state }) => state),
          settled.map(({ detail }) => detail),
        ],
      });
      const replayed = rows.filter(({ state }) => state === 'replayed').length;
      await this.replays.count(session, replayId, { replayed, refused: rows.length - replayed });
    });
  }
}
