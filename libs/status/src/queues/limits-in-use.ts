import type { LimitsUsage } from '@jobstream/contracts/rest';
import { limitKeyOf, type KeyUse, type LimitUse } from '@jobstream/limits';
import type { ActiveJobs, RunningJob } from '@jobstream/projection';
import type { OrdersInForce } from './orders-in-force.js';
import type { QueueStates } from './queue-states.js';
import { queueNotFound, readQueues } from './queue-views.js';

export interface LimitsInUseOptions {
  readonly states: QueueStates;
  readonly orders: OrdersInForce;
  readonly limitUse: LimitUse;
  readonly keyUse: KeyUse;
  readonly active: ActiveJobs;
}

const shownJobs = 100;

/** Says who uses up the limits of a queue. */
export class LimitsInUse {
  constructor(private readonly options: LimitsInUseOptions) {}

  /** @throws StatusError `queue_not_found`, `broker_unavailable` */
  async read(queue: string): Promise<LimitsUsage> {
    const { states, orders, limitUse, keyUse, active } = this.options;
    const [{ queues }] = await Promise.all([readQueues(states), orders.read()]);
    if (!queues.has(queue)) throw queueNotFound();
    const limits = orders.limitsOf(queue);
    const { rate, concurrency, perKey } = limits;
    const [use, keysAtWork, keysThatWait, running] = await Promise.all([
      limitUse.ofQueue(queue, rate),
      perKey?.concurrency === undefined ? undefined : keyUse.atWork(queue, perKey.field),
      perKey?.rate === undefined ? undefined : keyUse.waiting(queue, perKey.field, perKey.rate),
      active.listRunning(queue, perKey?.field),
    ]);
    return {
      queue,
      limits,
      concurrency:
        concurrency === undefined ? null : { max: concurrency, inUse: use.inUse, permits: [...use.permits] },
      rate: rate === undefined ? null : { rate, nextStartAt: use.nextStartAt?.toISOString() ?? null },
      keyConcurrency: keysAtWork
        ? {
            field: perKey!.field,
            max: perKey!.concurrency!,
            count: keysAtWork.count,
            busiest: [...keysAtWork.busiest],
          }
        : null,
      keyRate: keysThatWait
        ? {
            field: perKey!.field,
            rate: perKey!.rate!,
            count: keysThatWait.count,
            longest: keysThatWait.longest.map(({ key, nextStartAt }) => ({
              key,
              nextStartAt: nextStartAt.toISOString(),
            })),
          }
        : null,
      running: running.slice(0, shownJobs).map((job) => viewOf(job, perKey?.field)),
    };
  }
}

function viewOf(
  { id, type, worker, startedAt, value }: RunningJob,
  field: string | undefined,
): LimitsUsage['running'][number] {
  const key = field === undefined ? undefined : limitKeyOf({ [field]: value }, field);
  return { id, type, worker, startedAt: startedAt?.toISOString() ?? null, key: key ?? null };
}
