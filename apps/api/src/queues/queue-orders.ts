import { Injectable } from '@nestjs/common';
import type { QueueLimits } from '@jobstream/contracts';
import type { Order } from '@jobstream/contracts/records';
import type { QueueOrderAnswer } from '@jobstream/contracts/rest';
import { BrokerClock, RecordRefusedError, TopicFollower } from '@jobstream/kafka';
import { OrderWriter } from '@jobstream/orders';
import { inTime } from '@jobstream/runtime';
import { OrdersInForce, queueNotFound, QueueStates } from '@jobstream/status';
import { ProblemError } from '../http/problem-error.js';

/** Time limit of the wait until an order is in force in this process. It is read within milliseconds. */
const inForceTimeoutMs = 5_000;

/** Orders of operators about queues. */
@Injectable()
export class QueueOrders {
  constructor(
    private readonly states: QueueStates,
    private readonly clock: BrokerClock,
    private readonly follower: TopicFollower,
    private readonly writer: OrderWriter,
    private readonly inForce: OrdersInForce,
  ) {}

  /** The workers of the queue start no job until it is resumed. @throws as {@link give} does */
  async pause(queue: string): Promise<QueueOrderAnswer> {
    const at = new Date(this.clock.now()).toISOString();
    return this.give({ kind: 'pause', queue, value: { v: 1, queue, at } });
  }

  /** @throws as {@link give} does */
  resume(queue: string): Promise<QueueOrderAnswer> {
    return this.give({ kind: 'pause', queue, value: null });
  }

  /** These limits replace those of the queue's definition until they are taken back. @throws as {@link give} does */
  async limit(queue: string, limits: QueueLimits): Promise<QueueOrderAnswer> {
    const at = new Date(this.clock.now()).toISOString();
    return this.give({ kind: 'limits', queue, value: { v: 1, queue, at, limits } });
  }

  /** The limits of the queue's definition hold again. @throws as {@link give} does */
  takeLimitsBack(queue: string): Promise<QueueOrderAnswer> {
    return this.give({ kind: 'limits', queue, value: null });
  }

  /**
   * Resolves once the order is acknowledged and in force in this process, so that the next request sees it.
   * @throws StatusError `queue_not_found`; ProblemError `broker_unavailable`, `broker_refused`
   */
  private async give(order: Order): Promise<QueueOrderAnswer> {
    const { follower, writer, states, inForce } = this;
    const found = await states.read().catch(refuse);
    if (!found.queues.has(order.queue)) throw queueNotFound();
    const receipt = await writer.give(order).catch(refuse);
    await inTime(follower.passed(receipt), inForceTimeoutMs);
    const { queue } = order;
    return { queue, paused: inForce.isPaused(queue), limits: inForce.limitsOf(queue) };
  }
}

function refuse(cause: unknown): never {
  if (cause instanceof RecordRefusedError && cause.scope === 'record')
    throw new ProblemError('broker_refused', 'The broker does not take this order.', { cause });
  const detail = 'The broker did not confirm the order. It may be given again: the newest counts.';
  throw new ProblemError('broker_unavailable', detail, { cause });
}
