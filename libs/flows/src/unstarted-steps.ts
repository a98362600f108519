import type { JobId } from '@jobstream/contracts';
import type { FlowState, StepState } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import type { StepError } from './step-error.js';

/** A job of a flow whose run that counts is not in the log: it waits, or it will not come. */
export interface UnstartedStep {
  readonly jobId: JobId;
  readonly flowId: JobId;
  readonly flowState: FlowState;
  readonly name: string;
  readonly state: Exclude<StepState, 'started' | 'succeeded'>;
  /** The run that is to come. */
  readonly run: number;
  /** Jobs that have not let it go. */
  readonly waits: number;
  /** Why it could not be put into its queue, where it failed so. */
  readonly error: StepError | null;
  /** While its topic refuses it: when it is sent again. */
  readonly restUntil: Date | null;
}

/** Whether such a job is still to start, as far as is known now. */
export function isToCome({ state }: Pick<UnstartedStep, 'state'>): boolean {
  return state === 'waiting' || state === 'ready';
}

/** Another job of the flow that a job waits for, or because of which it does not start. */
export interface AwaitedStep {
  readonly name: string;
  readonly jobId: JobId;
  readonly state: StepState;
  readonly error: StepError | null;
}

interface StepRow {
  readonly flow_id: JobId;
  readonly flow_state: FlowState;
  readonly name: string;
  readonly job_id: JobId;
  readonly state: StepState;
  readonly run: number;
  readonly waits: number;
  readonly started_at: Date | null;
  readonly rest_until: Date | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

type AwaitedRow = Pick<StepRow, 'name' | 'job_id' | 'state' | 'error_code' | 'error_message'>;

/** Reads jobs of flows that have no record in the log. Each read is bounded by the waits of one flow. */
export class UnstartedSteps {
  private readonly flows: string;
  private readonly steps: string;
  private readonly waits: string;

  constructor(private readonly database: Database) {
    const { operations } = database;
    this.flows = `${operations}.flows`;
    this.steps = `${operations}.flow_steps`;
    this.waits = `${operations}.flow_waits`;
  }

  /** `started` once the log has the run that counts; undefined where the id is of no job of a flow. */
  async find(id: JobId): Promise<UnstartedStep | 'started' | undefined> {
    const { rows } = await this.database.query<StepRow>({
      name: 'find-unstarted-step',
      text: `SELECT step.flow_id, flow.state AS flow_state, step.name, step.job_id, step.state, step.run, step.waits,
               step.started_at, step.error_code, step.error_message,
               CASE WHEN step.rest_until > clock_timestamp() THEN step.rest_until END AS rest_until
             FROM ${this.steps} AS step JOIN ${this.flows} AS flow ON flow.id = step.flow_id WHERE step.job_id = $1`,
      values: [id],
    });
    return rows[0] && unstartedOf(rows[0]);
  }

  /**
   * The jobs that such a job waits for and that have not ended; for one that a failure has cancelled the jobs that did not succeed, as
   * far back as that goes; none for one that was cancelled with its flow. In the order of the flow.
   */
  async listReasons({ flowId, jobId, state }: UnstartedStep, limit: number): Promise<AwaitedStep[]> {
    const { rows } = await this.database.query<AwaitedRow>(
      state === 'cancelled'
        ? this.askWhyCancelled(flowId, jobId, limit)
        : this.askAwaited(flowId, jobId, limit),
    );
    return rows.map((row) => {
      const { name, job_id, state: its } = row;
      return { name, jobId: job_id, state: its, error: errorOf(row) };
    });
  }

  private askAwaited(flowId: JobId, jobId: JobId, limit: number) {
    return {
      name: 'list-awaited-steps',
      text: `SELECT awaited.name, awaited.job_id, awaited.state, awaited.error_code, awaited.error_message
             FROM ${this.steps} AS step
             JOIN ${this.waits} AS wait ON wait.flow_id = step.flow_id AND wait.waiting = step.place
             JOIN ${this.steps} AS awaited ON awaited.flow_id = wait.flow_id AND awaited.place = wait.awaited
             WHERE step.flow_id = $1 AND step.job_id = $2 AND awaited.state IN ('waiting', 'ready', 'started')
             ORDER BY awaited.place LIMIT $3`,
      values: [flowId, jobId, limit],
    };
  }

  /** Goes back through jobs that were cancelled before they started, to those that ended otherwise. */
  private askWhyCancelled(flowId: JobId, jobId: JobId, limit: number) {
    return {
      name: 'list-failed-steps-before',
      text: `WITH RECURSIVE before(place, is_through) AS (
               SELECT place, true FROM ${this.steps} WHERE flow_id = $1 AND job_id = $2
               UNION
               SELECT step.place, step.state = 'cancelled' AND step.started_at IS NULL FROM before
               JOIN ${this.waits} AS wait ON wait.flow_id = $1 AND wait.waiting = before.place
               JOIN ${this.steps} AS step ON step.flow_id = $1 AND step.place = wait.awaited
               WHERE before.is_through AND step.state IN ('failed', 'cancelled')
                 AND EXISTS (SELECT FROM ${this.flows}
                   WHERE id = $1 AND on_failure = 'cancel' AND state NOT IN ('cancelling', 'cancelled')))
             SELECT step.name, step.job_id, step.state, step.error_code, step.error_message
             FROM before JOIN ${this.steps} AS step ON step.flow_id = $1 AND step.place = before.place
             WHERE NOT before.is_through ORDER BY step.place LIMIT $3`,
      values: [flowId, jobId, limit],
    };
  }
}

function unstartedOf(row: StepRow): UnstartedStep | 'started' {
  const { state } = row;
  if (state === 'started' || state === 'succeeded' || row.started_at !== null) return 'started';
  return {
    jobId: row.job_id,
    flowId: row.flow_id,
    flowState: row.flow_state,
    name: row.name,
    state,
    run: row.run,
    waits: row.waits,
    error: errorOf(row),
    restUntil: row.rest_until,
  };
}

function errorOf({ error_code, error_message }: AwaitedRow): StepError | null {
  return error_code === null ? null : { code: error_code, message: error_message ?? '' };
}
