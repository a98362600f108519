import type { QueueLimits } from '@jobstream/contracts';
import type {
  LimitsUsage,
  LiveEvent,
  QueueList,
  QueueOrderAnswer,
  QueueView,
} from '@jobstream/contracts/rest';
import { get, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';
import { watchQueues } from './live-stream.js';

/** The calls about queues: looks at them, pauses and limits them. Each but `list` throws a ProblemError `queue_not_found`. */
export class QueueCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** All queues, by name. */
  list({ signal }: CallOptions = {}): Promise<QueueList> {
    return this.caller.read<QueueList>(get('/v1/queues', signal));
  }

  /** The queue as it is now: lag by lane and partition, workers, limits. */
  read(queue: string, { signal }: CallOptions = {}): Promise<QueueView> {
    return this.caller.read<QueueView>(get(pathOf(queue), signal));
  }

  /** All queues once a second, over dropped connections too, until `signal` aborts. The past of the last 15 minutes comes first. */
  watch({ signal }: CallOptions = {}): AsyncGenerator<LiveEvent, void> {
    return watchQueues(this.caller, signal);
  }

  /** Tells the workers of a queue to start no job. Running jobs finish. */
  pause(queue: string, options: CallOptions = {}): Promise<QueueOrderAnswer> {
    return this.order('POST', `${pathOf(queue)}/pause`, undefined, options);
  }

  /** Takes a pause back. */
  resume(queue: string, options: CallOptions = {}): Promise<QueueOrderAnswer> {
    return this.order('POST', `${pathOf(queue)}/resume`, undefined, options);
  }

  /** Replaces all limits of a queue, those of its definition too. `{}` removes every limit. */
  limit(queue: string, limits: QueueLimits, options: CallOptions = {}): Promise<QueueOrderAnswer> {
    return this.order('PUT', `${pathOf(queue)}/limits`, limits, options);
  }

  /** Who uses up the limits of a queue: permits and the jobs that hold them, and the busiest keys. */
  readLimitsUsage(queue: string, { signal }: CallOptions = {}): Promise<LimitsUsage> {
    return this.caller.read<LimitsUsage>(get(`${pathOf(queue)}/limits/usage`, signal));
  }

  /** Removes ordered limits: the limits of the queue's definition hold again. */
  clearLimits(queue: string, options: CallOptions = {}): Promise<QueueOrderAnswer> {
    return this.order('DELETE', `${pathOf(queue)}/limits`, undefined, options);
  }

  private order(
    method: 'PUT' | 'POST' | 'DELETE',
    path: string,
    limits: QueueLimits | undefined,
    { signal }: CallOptions,
  ): Promise<QueueOrderAnswer> {
    const body = limits === undefined ? undefined : JSON.stringify(limits);
    return this.caller.read<QueueOrderAnswer>({ method, path, body, repeatable: true, signal });
  }
}

function pathOf(queue: string): string {
  return `/v1/queues/${encodeURIComponent(queue)}`;
}
