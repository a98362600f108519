import { isJobId, type JobId } from '@jobstream/contracts';
import {
  decodeCursor,
  encodeCursor,
  timeOfId,
  type FlowListQuery,
  type FlowPage,
  type FlowSummary,
  type FlowView,
} from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { findSubmittable, IntakeError, type JobIntake } from '@jobstream/intake';
import type { Registry } from 'prom-client';
import { saveFlows } from './advance-flows.js';
import { checkFlow, type CheckedFlow, type FlowChecks, type FlowJobType } from './check-flow.js';
import { isOver } from './decide-flow.js';
import { FlowError } from './flow-error.js';
import { FlowMetrics } from './flow-metrics.js';
import { FlowQueries, type StartedStep } from './flow-queries.js';
import { FlowStore } from './flow-store.js';

export interface FlowsOptions {
  readonly database: Database;
  readonly intake: JobIntake;
  readonly metrics: Registry;
}

/** What a flow is kept with. */
export interface FlowMarks {
  readonly parent?: JobId;
  readonly traceparent?: string | undefined;
}

/** The operations on flows that REST offers. */
export class Flows {
  private readonly store: FlowStore;
  private readonly queries: FlowQueries;
  private readonly metrics: FlowMetrics;

  constructor(private readonly options: FlowsOptions) {
    this.store = new FlowStore(options.database);
    this.queries = new FlowQueries(options.database);
    this.metrics = FlowMetrics.of(options.metrics);
  }

  /** Checks a flow. @throws IntakeError as {@link checkFlow} does */
  check(request: unknown, also: FlowChecks['also']): CheckedFlow {
    const { intake } = this.options;
    return checkFlow(request, { clock: intake.clock, find: (type) => this.findType(type), also });
  }

  /**
   * Keeps a checked flow under an id; a scheduler starts its jobs. Two such calls make one flow.
   * @throws what the database throws
   */
  async accept(flow: CheckedFlow, id: JobId, { parent, traceparent }: FlowMarks = {}): Promise<FlowSummary> {
    const { database } = this.options;
    const createdAt = timeOfId(id);
    const isNew = await database.transaction((session) =>
      this.store.insert(session, { id, flow, createdAt, parent, traceparent }),
    );
    if (isNew) this.metrics.countMade();
    return this.find(id);
  }

  /** @throws FlowError `invalid_flow_id`, `flow_not_found` */
  async read(text: string): Promise<FlowView> {
    const summary = await this.find(readFlowId(text));
    return { ...summary, jobs: await this.queries.listSteps(summary.id) };
  }

  /** @throws InvalidCursorError */
  async list(query: FlowListQuery): Promise<FlowPage> {
    const before = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const found = await this.queries.list(query, before);
    const items = found.slice(0, query.limit);
    return { items, next: found.length > items.length ? encodeCursor(items.at(-1)!.id) : null };
  }

  /**
   * Cancels what has not started. It may be repeated.
   * @param cancelStarted cancels the jobs that have started
   * @throws FlowError `invalid_flow_id`, `flow_not_found`, `flow_over`; and what `cancelStarted` throws
   */
  async cancel(
    text: string,
    cancelStarted: (jobs: readonly StartedStep[]) => Promise<void>,
  ): Promise<FlowSummary> {
    const { store } = this;
    const id = readFlowId(text);
    const ended = await this.options.database.transaction(async (session) => {
      const flow = (await store.lock(session, [id])).get(id);
      if (flow === undefined) throw notFound(id);
      if (isOver(flow.state)) throw new FlowError('flow_over', `The flow has ended: ${flow.state}.`);
      const cancelling = { ...flow, state: 'cancelling' } as const;
      await store.save(session, [{ ...cancelling, isOver: false }]);
      const cancelled = await store.cancelUnstarted(session, id);
      return saveFlows(session, store, new Map([[id, cancelling]]), cancelled);
    });
    this.metrics.countEnded(ended);
    await cancelStarted(await this.queries.listStarted(id));
    return this.find(id);
  }

  /**
   * Starts all jobs of an ended flow again that did not succeed.
   * @throws FlowError `invalid_flow_id`, `flow_not_found`, `flow_unfinished`, `flow_succeeded`
   */
  async replay(text: string): Promise<FlowSummary> {
    const { store } = this;
    const id = readFlowId(text);
    await this.options.database.transaction(async (session) => {
      const flow = (await store.lock(session, [id])).get(id);
      if (flow === undefined) throw notFound(id);
      if (!isOver(flow.state))
        throw new FlowError('flow_unfinished', `The flow is ${flow.state}. Wait for its end, or cancel it.`);
      if (flow.succeeded === flow.total)
        throw new FlowError('flow_succeeded', 'All jobs of the flow have succeeded.');
      await store.reset(session, id);
      const again = { ...flow, state: 'running', failed: 0, cancelled: 0, lostEnds: 0 } as const;
      await store.save(session, [{ ...again, isOver: false }]);
    });
    return this.find(id);
  }

  private async find(id: JobId): Promise<FlowSummary> {
    const found = await this.queries.find(id);
    if (found === undefined) throw notFound(id);
    return found;
  }

  private findType(type: string): FlowJobType | IntakeError {
    const { jobTypes } = this.options.intake;
    const found = findSubmittable(jobTypes, type);
    if (found instanceof IntakeError) return found;
    const { payload, result } = jobTypes.find(type)!.record;
    return { rules: found.rules, check: (value, at) => found.check(value, at), payload, result };
  }
}

function readFlowId(text: string): JobId {
  if (isJobId(text)) return text.toLowerCase();
  throw new FlowError('invalid_flow_id', 'A flow id is a UUIDv7, as the answer to its submission says.');
}

function notFound(id: JobId): FlowError {
  return new FlowError(
    'flow_not_found',
    `There is no flow ${id}. One that a handler enqueued is there once the job of the same id has made it: GET /v1/jobs/${id}. Flows are deleted some time after their end.`,
  );
}
