import type { WorkerList } from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** Which workers to list. */
export interface WorkerOptions extends CallOptions {
  /** Only those that serve this queue. */
  readonly queue?: string;
}

/** The calls about worker processes. */
export class WorkerCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** The worker processes that have told of themselves within ten minutes and have not ended in order. */
  list({ queue, signal }: WorkerOptions = {}): Promise<WorkerList> {
    return this.caller.read<WorkerList>(get(`/v1/workers${queryOf({ queue })}`, signal));
  }
}
