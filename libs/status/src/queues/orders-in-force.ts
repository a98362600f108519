import type { QueueLimits } from '@jobstream/contracts';
import type { JobTypeBook } from '@jobstream/job-types';
import type { TopicFollower } from '@jobstream/kafka';
import type { OrderBook, OrderReader } from '@jobstream/orders';
import { inTime } from '@jobstream/runtime';
import { StatusError } from '../status-error.js';

/** The orders are read within milliseconds; at the start of this process it takes longer. */
const maxWaitMs = 5_000;

/** The orders of operators that hold now. */
export class OrdersInForce {
  constructor(
    private readonly reader: OrderReader,
    private readonly jobTypes: JobTypeBook,
    private readonly follower: TopicFollower,
  ) {}

  /** The orders in force, as far as they are read. */
  get known(): OrderBook {
    return this.reader.book;
  }

  /** The orders in force. @throws StatusError `broker_unavailable` when they are not read within 5 s */
  async read(): Promise<OrderBook> {
    const isRead = this.follower.whenRead().then(() => true);
    if (await inTime(isRead, maxWaitMs)) return this.known;
    const detail = 'The orders have not been read from the broker yet. Ask again later.';
    throw new StatusError('broker_unavailable', detail);
  }

  /** The limits in force, as far as the orders are read: those of the queue's definition if none are ordered. */
  limitsOf(queue: string): QueueLimits {
    return this.known.limitsOf(queue) ?? this.jobTypes.queues.get(queue)?.limits ?? {};
  }

  isPaused(queue: string): boolean {
    return this.known.pausedSince(queue) !== undefined;
  }
}
