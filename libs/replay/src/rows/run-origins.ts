import type { JobId } from '@jobstream/contracts';
import type { RunCause } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import type { Replay } from './replay.js';

interface OriginRow {
  readonly run: number;
  readonly id: string;
  readonly request: string;
  readonly requested_by: string | null;
}

/** Finds the replays that made runs, as long as they are kept. */
export class RunOrigins {
  constructor(private readonly database: Database) {}

  /** Why those of these runs of a job began that a replay made. */
  async find(id: JobId, runs: readonly number[]): Promise<ReadonlyMap<number, RunCause>> {
    const { operations } = this.database;
    const { rows } = await this.database.query<OriginRow>({
      name: 'run-origins',
      text: `SELECT made.run, replay.id, replay.request, replay.requested_by FROM ${operations}.replay_jobs AS made
             JOIN ${operations}.replays AS replay ON replay.id = made.replay_id
             WHERE made.job_id = $1 AND made.run = ANY($2::integer[])`,
      values: [id, runs],
    });
    return new Map(rows.map((row) => [row.run, causeOf(row)]));
  }
}

function causeOf({ id, request, requested_by: requestedBy }: OriginRow): RunCause {
  const { why = null, patch = null } = JSON.parse(request) as Pick<
    Exclude<Replay['request'], { source: 'job' }>,
    'why' | 'patch'
  >;
  return { kind: 'replay', replay: id, requestedBy, why, patch };
}
