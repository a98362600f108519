import type { JobId } from '@jobstream/contracts';
import type { StepState } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import { placeColumns, type StepPlace } from './flow-store.js';
import type { ToldOutcome } from './references.js';

/** A job that is to be put into its queue. */
export interface ReadyStep extends StepPlace {
  readonly jobId: JobId;
  readonly run: number;
  readonly name: string;
  readonly type: string;
  /** JSON text. */
  readonly submission: string;
  readonly parent: JobId | null;
  readonly traceparent: string | null;
}

/** Bytes of the submissions that are held in memory at a time, and of the outcomes that one job is told. */
const maxBytes = 16 * 1024 * 1024;

/**
 * The jobs of flows that are ready, on their way into their queues.
 *
 * Invariant: a job goes from ready to started under the lock of its own row, without that of its flow.
 */
export class ReadySteps {
  private readonly flows: string;
  private readonly steps: string;
  private readonly waits: string;

  constructor({ operations }: Database) {
    this.flows = `${operations}.flows`;
    this.steps = `${operations}.flow_steps`;
    this.waits = `${operations}.flow_waits`;
  }

  /** Locks ready jobs, those that were refused last. Skips those that another process puts into their queues. */
  async lockReady(session: Session, limit: number): Promise<ReadyStep[]> {
    const { rows } = await session.query<{
      flow_id: JobId;
      place: number;
      job_id: JobId;
      run: number;
      name: string;
      type: string;
      submission: string;
      parent_id: JobId | null;
      traceparent: string | null;
    }>({
      name: 'lock-ready-steps',
      text: `WITH locked AS MATERIALIZED (
               SELECT flow_id, place, rest_until, octet_length(submission) AS bytes FROM ${this.steps}
               WHERE state = 'ready' AND rest_until <= clock_timestamp()
               ORDER BY rest_until, flow_id, place LIMIT $1 FOR UPDATE SKIP LOCKED
             ), summed AS (
               SELECT *, sum(bytes) OVER (ORDER BY rest_until, flow_id, place) - bytes AS before FROM locked
             )
             SELECT step.flow_id, step.place, step.job_id, step.run, step.name, step.type, step.submission,
               flow.parent_id, flow.traceparent
             FROM summed JOIN ${this.steps} AS step USING (flow_id, place) JOIN ${this.flows} AS flow ON flow.id = flow_id
             WHERE before < $2 ORDER BY summed.rest_until, flow_id, place`,
      values: [limit, maxBytes],
    });
    return rows.map(({ flow_id, job_id, parent_id, ...row }) => {
      return { ...row, flowId: flow_id, jobId: job_id, parent: parent_id };
    });
  }

  /**
   * How the jobs ended that a job waits for and refers to, in the order of the flow. Undefined when they take more than 16 MiB.
   */
  async readOutcomes(session: Session, { flowId, place }: StepPlace): Promise<ToldOutcome[] | undefined> {
    const awaited = `${this.waits} AS wait JOIN ${this.steps} AS step
      ON step.flow_id = wait.flow_id AND step.place = wait.awaited
      WHERE wait.flow_id = $1 AND wait.waiting = $2 AND step.is_referred`;
    const { rows: sizes } = await session.query<{ bytes: number | null }>({
      name: 'size-of-outcomes',
      text: `SELECT sum(octet_length(step.outcome)) AS bytes FROM ${awaited}`,
      values: [flowId, place],
    });
    if (Number(sizes[0]?.bytes ?? 0) > maxBytes) return undefined;
    const { rows } = await session.query<{
      name: string;
      job_id: JobId;
      state: StepState;
      outcome: string | null;
    }>({
      name: 'read-outcomes',
      text: `SELECT step.name, step.job_id, step.state, step.outcome FROM ${awaited} ORDER BY step.place`,
      values: [flowId, place],
    });
    return rows.map(({ name, job_id, state, outcome }): ToldOutcome => {
      const told = outcome === null ? { state } : (JSON.parse(outcome) as Omit<ToldOutcome, 'name' | 'id'>);
      return { name, id: job_id, ...told };
    });
  }

  /** Notes that the log has the requests of locked jobs. */
  async start(session: Session, steps: readonly StepPlace[]): Promise<void> {
    if (steps.length === 0) return;
    await session.query({
      name: 'start-flow-steps',
      text: `UPDATE ${this.steps} AS step SET state = 'started', started_at = clock_timestamp()
             FROM unnest($1::uuid[], $2::integer[]) AS given(flow_id, place)
             WHERE step.flow_id = given.flow_id AND step.place = given.place`,
      values: placeColumns(steps),
    });
  }

  /** Lets locked jobs rest that were refused, so that others go first. */
  async rest(session: Session, steps: readonly StepPlace[]): Promise<void> {
    if (steps.length === 0) return;
    await session.query({
      name: 'rest-flow-steps',
      text: `UPDATE ${this.steps} AS step SET rest_until = clock_timestamp() + interval '5 seconds'
             FROM unnest($1::uuid[], $2::integer[]) AS given(flow_id, place)
             WHERE step.flow_id = given.flow_id AND step.place = given.place`,
      values: placeColumns(steps),
    });
  }
}
