import type { JobId } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import type { CheckedFlow } from './check-flow.js';
import type { EndedState, FlowStanding } from './decide-flow.js';
import type { FlowRow } from './flow-queries.js';
import type { StepError } from './step-error.js';
import { stepJobId } from './step-job-id.js';

/** A flow that is to be kept. */
export interface NewFlow {
  readonly id: JobId;
  readonly flow: CheckedFlow;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** The job whose handler made it. */
  readonly parent: JobId | undefined;
  readonly traceparent: string | undefined;
}

/** A flow as its row has it, locked. */
export interface LockedFlow extends FlowStanding {
  readonly id: JobId;
}

/** A job of a flow, by its flow and its place in it. */
export interface StepPlace {
  readonly flowId: JobId;
  readonly place: number;
}

/** The end of a run of a job that belongs to a flow. */
export interface StepEnd {
  readonly flowId: JobId;
  readonly jobId: JobId;
  readonly run: number;
  readonly state: EndedState;
  /** JSON text: what is told to those that refer to the job, without its name and id. */
  readonly outcome: string;
  readonly error: StepError | null;
}

/** A job whose end was not known before. */
export interface NewlyEnded extends StepPlace {
  readonly state: EndedState;
  readonly isLast: boolean;
}

type StandingRow = Omit<FlowRow, 'parent_id' | 'created_at' | 'finished_at'>;

/** Rows of one statement when a flow is written. */
const rowsAtOnce = 2_000;

/**
 * The rows of flows.
 *
 * Invariants: whoever changes how the jobs of a flow stand holds the lock of the flow's row, except for the step from ready to
 * started, which is that of `ReadySteps`. Flows are locked in the order of their ids.
 */
export class FlowStore {
  private readonly flows: string;
  private readonly steps: string;
  private readonly waits: string;

  constructor({ operations }: Database) {
    this.flows = `${operations}.flows`;
    this.steps = `${operations}.flow_steps`;
    this.waits = `${operations}.flow_waits`;
  }

  /** Keeps a flow. One that is kept already stays as it is. @returns whether it was not kept before */
  async insert(session: Session, { id, flow, createdAt, parent, traceparent }: NewFlow): Promise<boolean> {
    const { affected } = await session.query({
      text: `INSERT INTO ${this.flows} (id, state, on_failure, parent_id, traceparent, total, created_at)
             VALUES ($1, 'running', $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      values: [
        id,
        flow.onFailure,
        parent ?? null,
        traceparent ?? null,
        flow.steps.length,
        new Date(createdAt),
      ],
    });
    if (affected === 0) return false;
    for (let first = 0; first < flow.steps.length; first += rowsAtOnce)
      await this.insertSteps(session, id, flow.steps.slice(first, first + rowsAtOnce), first);
    const waits = flow.steps.flatMap(({ after }, waiting) => after.map((awaited) => ({ awaited, waiting })));
    for (let first = 0; first < waits.length; first += rowsAtOnce)
      await this.insertWaits(session, id, waits.slice(first, first + rowsAtOnce));
    return true;
  }

  /** Locks flows. Those that are gone are left out. */
  async lock(session: Session, ids: readonly JobId[]): Promise<Map<JobId, LockedFlow>> {
    const { rows } = await session.query<StandingRow>({
      name: 'lock-flows',
      text: `SELECT id, state, on_failure, total, succeeded, failed, cancelled, lost_ends FROM ${this.flows}
             WHERE id = ANY($1) ORDER BY id FOR UPDATE`,
      values: [ids],
    });
    return new Map(rows.map((row) => [row.id, standingOf(row)]));
  }

  /** Notes ends of runs that count, each once. @returns those that were not known */
  async end(session: Session, ends: readonly StepEnd[]): Promise<NewlyEnded[]> {
    const { rows } = await session.query<{
      flow_id: JobId;
      place: number;
      state: EndedState;
      is_last: boolean;
    }>({
      name: 'end-flow-steps',
      text: `UPDATE ${this.steps} AS step SET state = given.state,
               outcome = CASE WHEN step.is_referred THEN given.outcome END,
               error_code = given.code, error_message = given.message,
               started_at = coalesce(step.started_at, clock_timestamp())
             FROM (SELECT DISTINCT ON (flow_id, job_id, run) * FROM unnest($1::uuid[], $2::uuid[], $3::integer[],
                 $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
                 AS given(flow_id, job_id, run, state, outcome, code, message, nth)
               ORDER BY flow_id, job_id, run, nth) AS given
             WHERE step.flow_id = given.flow_id AND step.job_id = given.job_id AND step.run = given.run
               AND step.state IN ('ready', 'started')
             RETURNING step.flow_id, step.place, step.state, step.is_last`,
      values: [
        ends.map(({ flowId }) => flowId),
        ends.map(({ jobId }) => jobId),
        ends.map(({ run }) => run),
        ends.map(({ state }) => state),
        ends.map(({ outcome }) => outcome),
        ends.map(({ error }) => error?.code ?? null),
        ends.map(({ error }) => error?.message ?? null),
      ],
    });
    return rows.map(({ flow_id, place, state, is_last }) => {
      return { flowId: flow_id, place, state, isLast: is_last };
    });
  }

  /** Fails a ready job that can not be put into its queue: it had no run. @returns nothing when it is not ready any more */
  async failReady(
    session: Session,
    { flowId, place }: StepPlace,
    { outcome, error }: Pick<StepEnd, 'outcome' | 'error'>,
  ): Promise<NewlyEnded[]> {
    const { rows } = await session.query<{ is_last: boolean }>({
      text: `UPDATE ${this.steps} SET state = 'failed', outcome = CASE WHEN is_referred THEN $3 END,
               error_code = $4, error_message = $5
             WHERE flow_id = $1 AND place = $2 AND state = 'ready' RETURNING is_last`,
      values: [flowId, place, outcome, error?.code, error?.message],
    });
    return rows.map(({ is_last }) => ({ flowId, place, state: 'failed', isLast: is_last }));
  }

  /** Lets those go that wait for these jobs. A job that waits for no other is ready then. */
  async letGo(session: Session, ended: readonly StepPlace[]): Promise<void> {
    if (ended.length === 0) return;
    await session.query({
      name: 'let-flow-steps-go',
      text: `UPDATE ${this.steps} AS step SET waits = step.waits - gone.count,
               state = CASE WHEN step.state = 'waiting' AND step.waits = gone.count THEN 'ready' ELSE step.state END
             FROM (SELECT wait.flow_id, wait.waiting, count(*)::integer AS count
                   FROM unnest($1::uuid[], $2::integer[]) AS ended(flow_id, place)
                   JOIN ${this.waits} AS wait ON wait.flow_id = ended.flow_id AND wait.awaited = ended.place
                   GROUP BY wait.flow_id, wait.waiting) AS gone
             WHERE step.flow_id = gone.flow_id AND step.place = gone.waiting`,
      values: placeColumns(ended),
    });
  }

  /** Cancels what waits for these jobs, and what waits for that, and so on. @returns what was cancelled */
  async cancelFollowers(session: Session, ended: readonly StepPlace[]): Promise<NewlyEnded[]> {
    if (ended.length === 0) return [];
    const { rows } = await session.query<{ flow_id: JobId; place: number; is_last: boolean }>({
      name: 'cancel-followers',
      text: `WITH RECURSIVE followers(flow_id, place) AS (
               SELECT * FROM unnest($1::uuid[], $2::integer[])
               UNION
               SELECT wait.flow_id, wait.waiting FROM followers
               JOIN ${this.waits} AS wait ON wait.flow_id = followers.flow_id AND wait.awaited = followers.place)
             UPDATE ${this.steps} AS step SET state = 'cancelled' FROM followers
             WHERE step.flow_id = followers.flow_id AND step.place = followers.place AND step.state = 'waiting'
             RETURNING step.flow_id, step.place, step.is_last`,
      values: placeColumns(ended),
    });
    return rows.map((row) => cancelledOf(row));
  }

  /** Cancels all jobs of a flow that have not started. @returns those */
  async cancelUnstarted(session: Session, flowId: JobId): Promise<NewlyEnded[]> {
    const { rows } = await session.query<{ flow_id: JobId; place: number; is_last: boolean }>({
      text: `UPDATE ${this.steps} SET state = 'cancelled' WHERE flow_id = $1 AND state IN ('waiting', 'ready')
             RETURNING flow_id, place, is_last`,
      values: [flowId],
    });
    return rows.map((row) => cancelledOf(row));
  }

  /** Writes how locked flows stand. @param finished those that have ended */
  async save(session: Session, flows: readonly (LockedFlow & { readonly isOver: boolean })[]): Promise<void> {
    if (flows.length === 0) return;
    await session.query({
      name: 'save-flows',
      text: `UPDATE ${this.flows} AS flow SET state = given.state, succeeded = given.succeeded, failed = given.failed,
               cancelled = given.cancelled, lost_ends = given.lost_ends,
               finished_at = CASE WHEN given.is_over THEN coalesce(flow.finished_at, clock_timestamp()) END
             FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::integer[], $6::integer[], $7::boolean[])
               AS given(id, state, succeeded, failed, cancelled, lost_ends, is_over)
             WHERE flow.id = given.id`,
      values: [
        flows.map(({ id }) => id),
        flows.map(({ state }) => state),
        flows.map(({ succeeded }) => succeeded),
        flows.map(({ failed }) => failed),
        flows.map(({ cancelled }) => cancelled),
        flows.map(({ lostEnds }) => lostEnds),
        flows.map(({ isOver }) => isOver),
      ],
    });
  }

  /**
   * Sets all jobs of a locked flow back that did not succeed: as the next run where they had one, ready where they wait for no
   * other of them.
   */
  async reset(session: Session, flowId: JobId): Promise<void> {
    await session.query({
      text: `UPDATE ${this.steps} SET state = 'waiting', run = run + (started_at IS NOT NULL)::integer, started_at = NULL,
               outcome = NULL, error_code = NULL, error_message = NULL, rest_until = '-infinity'
             WHERE flow_id = $1 AND state <> 'succeeded'`,
      values: [flowId],
    });
    await session.query({
      text: `UPDATE ${this.steps} AS step SET waits = left_of.count,
               state = CASE WHEN left_of.count = 0 THEN 'ready' ELSE 'waiting' END
             FROM (SELECT own.place, count(awaited.place)::integer AS count
                   FROM ${this.steps} AS own
                   LEFT JOIN ${this.waits} AS wait ON wait.flow_id = own.flow_id AND wait.waiting = own.place
                   LEFT JOIN ${this.steps} AS awaited ON awaited.flow_id = wait.flow_id
                     AND awaited.place = wait.awaited AND awaited.state = 'waiting'
                   WHERE own.flow_id = $1 AND own.state = 'waiting' GROUP BY own.place) AS left_of
             WHERE step.flow_id = $1 AND step.place = left_of.place`,
      values: [flowId],
    });
  }

  private async insertSteps(
    session: Session,
    flowId: JobId,
    steps: CheckedFlow['steps'],
    first: number,
  ): Promise<void> {
    await session.query({
      name: 'insert-flow-steps',
      text: `INSERT INTO ${this.steps}
               (flow_id, place, name, job_id, type, queue, state, waits, is_last, is_referred, submission)
             SELECT $1, place, name, job_id, type, queue, CASE WHEN waits = 0 THEN 'ready' ELSE 'waiting' END, waits,
               is_last, is_referred, submission
             FROM unnest($2::integer[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::integer[], $8::boolean[],
               $9::boolean[], $10::text[])
               AS given(place, name, job_id, type, queue, waits, is_last, is_referred, submission)`,
      values: [
        flowId,
        steps.map((_, nth) => first + nth),
        steps.map(({ name }) => name),
        steps.map(({ name }) => stepJobId(flowId, name)),
        steps.map(({ rules }) => rules.type),
        steps.map(({ rules }) => rules.queue.name),
        steps.map(({ after }) => after.length),
        steps.map(({ isLast }) => isLast),
        steps.map(({ isReferred }) => isReferred),
        steps.map(({ submission }) => JSON.stringify(submission)),
      ],
    });
  }

  private async insertWaits(
    session: Session,
    flowId: JobId,
    waits: readonly { readonly awaited: number; readonly waiting: number }[],
  ): Promise<void> {
    await session.query({
      name: 'insert-flow-waits',
      text: `INSERT INTO ${this.waits} (flow_id, awaited, waiting)
             SELECT $1, awaited, waiting FROM unnest($2::integer[], $3::integer[]) AS given(awaited, waiting)`,
      values: [flowId, waits.map(({ awaited }) => awaited), waits.map(({ waiting }) => waiting)],
    });
  }
}

/** The columns of places, as `unnest` takes them. */
export function placeColumns(steps: readonly StepPlace[]): unknown[] {
  return [steps.map(({ flowId }) => flowId), steps.map(({ place }) => place)];
}

function cancelledOf({
  flow_id,
  place,
  is_last,
}: {
  readonly flow_id: JobId;
  readonly place: number;
  readonly is_last: boolean;
}): NewlyEnded {
  return { flowId: flow_id, place, state: 'cancelled', isLast: is_last };
}

function standingOf({
  id,
  state,
  on_failure,
  total,
  succeeded,
  failed,
  cancelled,
  lost_ends,
}: StandingRow): LockedFlow {
  return { id, state, onFailure: on_failure, total, succeeded, failed, cancelled, lostEnds: lost_ends };
}
