import type { FlowPage, FlowRequest, FlowState, FlowSummary, FlowView } from '@jobstream/contracts/rest';
import { FlowUnfinishedError } from '../client-errors.js';
import { get, keyed, queryOf, type CallOptions, type PageOptions } from '../connection/call-options.js';
import { pause, type HttpCaller } from '../connection/http-caller.js';

/** How a flow is submitted. */
export interface SubmitFlowOptions extends CallOptions {
  /** Default: a random key, so that a request that is sent again makes one flow. `false` sends none. */
  readonly idempotencyKey?: string | false;
  /** The W3C trace that its jobs belong to. */
  readonly traceparent?: string;
}

/** Which flows to list. */
export interface ListFlowOptions extends PageOptions {
  readonly state?: FlowState;
}

/** How long to wait for the end of a flow. */
export interface FlowWaitOptions extends CallOptions {
  /** Milliseconds. Default ten minutes. */
  readonly waitMs?: number;
}

/** The API checks up to 10,000 jobs before it answers. */
const checkMs = 60_000;
const pollMs = 500;

/** The calls about flows: jobs that wait for each other. Errors are those of every call. */
export class FlowCalls {
  constructor(private readonly caller: HttpCaller) {}

  /**
   * Submits a flow, as a whole.
   * @throws ProblemError `invalid_flow` with the place of each fault; `unknown_type`, `invalid_payload`
   */
  submit(
    flow: FlowRequest,
    { signal, idempotencyKey = crypto.randomUUID(), traceparent }: SubmitFlowOptions = {},
  ): Promise<FlowSummary> {
    return this.caller.read<FlowSummary>({
      method: 'POST',
      path: '/v1/flows',
      body: JSON.stringify(flow),
      ...keyed(idempotencyKey, traceparent),
      heldMs: checkMs,
      signal,
    });
  }

  /** The flow as it is now, with its jobs. */
  read(id: string, { signal }: CallOptions = {}): Promise<FlowView> {
    return this.caller.read<FlowView>(get(pathOf(id), signal));
  }

  /** A page of flows, newest first. */
  list({ signal, ...page }: ListFlowOptions = {}): Promise<FlowPage> {
    return this.caller.read<FlowPage>(get(`/v1/flows${queryOf({ ...page })}`, signal));
  }

  /**
   * The flow once it has ended. Asks twice a second.
   * @throws FlowUnfinishedError when the time is over
   */
  async wait(id: string, { signal, waitMs = 600_000 }: FlowWaitOptions = {}): Promise<FlowView> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      const flow = await this.read(id, { signal });
      if (flow.finishedAt !== null) return flow;
      if (performance.now() >= deadline) throw new FlowUnfinishedError(flow);
      await pause(pollMs, signal);
    }
  }

  /**
   * Cancels a flow, all of it.
   * @throws ProblemError `flow_over` when it has ended
   */
  cancel(id: string, { signal }: CallOptions = {}): Promise<FlowSummary> {
    return this.order(`${pathOf(id)}/cancel`, true, signal);
  }

  /**
   * Runs an ended flow again from where it failed: jobs that succeeded stay.
   * @throws ProblemError `flow_unfinished`, `flow_succeeded`
   */
  replay(id: string, { signal }: CallOptions = {}): Promise<FlowSummary> {
    return this.order(`${pathOf(id)}/replay`, false, signal);
  }

  private order(path: string, repeatable: boolean, signal: AbortSignal | undefined): Promise<FlowSummary> {
    return this.caller.read<FlowSummary>({ method: 'POST', path, repeatable, signal });
  }
}

function pathOf(id: string): string {
  return `/v1/flows/${encodeURIComponent(id)}`;
}
