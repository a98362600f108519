import type { JobId } from '@jobstream/contracts';
import type { FlowListQuery, FlowState, FlowSummary, FlowView, StepState } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';

/** A job of a flow that has started and not ended. */
export interface StartedStep {
  readonly id: JobId;
  readonly run: number;
  readonly queue: string;
}

/** A row of the table of flows. */
export interface FlowRow {
  readonly id: JobId;
  readonly state: FlowState;
  readonly on_failure: FlowView['onFailure'];
  readonly parent_id: JobId | null;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly lost_ends: number;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

/** Reads flows as they stand. */
export class FlowQueries {
  private readonly flows: string;
  private readonly steps: string;
  private readonly waits: string;

  constructor(private readonly database: Database) {
    const { operations } = database;
    this.flows = `${operations}.flows`;
    this.steps = `${operations}.flow_steps`;
    this.waits = `${operations}.flow_waits`;
  }

  /** Jobs of a flow that have started and not ended. */
  async listStarted(flowId: JobId): Promise<StartedStep[]> {
    const { rows } = await this.database.query<{ job_id: JobId; run: number; queue: string }>({
      text: `SELECT job_id, run, queue FROM ${this.steps} WHERE flow_id = $1 AND state = 'started'`,
      values: [flowId],
    });
    return rows.map(({ job_id, run, queue }) => ({ id: job_id, run, queue }));
  }

  async find(id: JobId): Promise<FlowSummary | undefined> {
    const { rows } = await this.database.query<FlowRow>({
      name: 'find-flow',
      text: `SELECT * FROM ${this.flows} WHERE id = $1`,
      values: [id],
    });
    return rows[0] && summaryOf(rows[0]);
  }

  /** The jobs of a flow, in the order of its submission. */
  async listSteps(id: JobId): Promise<FlowView['jobs']> {
    const { rows } = await this.database.query<{
      name: string;
      job_id: JobId;
      type: string;
      state: StepState;
      run: number;
      after: string[] | null;
      error_code: string | null;
      error_message: string | null;
    }>({
      name: 'list-flow-steps',
      text: `SELECT step.name, step.job_id, step.type, step.state, step.run, step.error_code, step.error_message,
               (SELECT array_agg(awaited.name ORDER BY awaited.place) FROM ${this.waits} AS wait
                JOIN ${this.steps} AS awaited ON awaited.flow_id = wait.flow_id AND awaited.place = wait.awaited
                WHERE wait.flow_id = step.flow_id AND wait.waiting = step.place) AS after
             FROM ${this.steps} AS step WHERE step.flow_id = $1 ORDER BY step.place`,
      values: [id],
    });
    return rows.map(
      ({ name, job_id, type, state, run, after, error_code: code, error_message: message }) => ({
        name,
        id: job_id,
        type,
        state,
        run,
        after: after ?? [],
        error: code === null ? null : { code, message: message ?? '' },
      }),
    );
  }

  /** Flows, newest first, one more than asked for where there are more. */
  async list({ state, limit }: FlowListQuery, before: JobId | undefined): Promise<FlowSummary[]> {
    const { rows } = await this.database.query<FlowRow>({
      text: `SELECT * FROM ${this.flows}
             WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      values: [state ?? null, before ?? null, limit + 1],
    });
    return rows.map(summaryOf);
  }
}

function summaryOf(row: FlowRow): FlowSummary {
  const { id, state, total, succeeded, failed, cancelled } = row;
  return {
    id,
    state,
    onFailure: row.on_failure,
    parent: row.parent_id,
    progress: { total, succeeded, failed, cancelled },
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    links: { self: `/v1/flows/${id}` },
  };
}
