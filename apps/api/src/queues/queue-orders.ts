import type { QueueLimits } from '@jobstream/contracts';
import type { Order } from '@jobstream/contracts/records';
import type { QueueOrderAnswer } from '@jobstream/contracts/rest';
import { RecordRefusedError } from '@jobstream/kafka';
import type { OrderReader, OrderWriter } from '@jobstream/orders';
import { inTime, type Clock } from '@jobstream/runtime';
import { queueNotFound, type OrdersInForce, type QueueStates } from '@jobstream/status';
import { ProblemError } from '../http/problem-error.js';

/** What {@link QueueOrders} is made of. */
export interface QueueOrdersParts {
  readonly states: QueueStates;
  /** The broker's time. */
  readonly clock: Clock;
  readonly reader: OrderReader;
  readonly writer: OrderWriter;
  readonly inForce: OrdersInForce;
}

/** For how long an answer waits until its order is in force here; it is read within milliseconds. */
const patienceMs = 5_000;

/** What operators order of queues. */
export class QueueOrders {
  constructor(private readonly parts: QueueOrdersParts) {}

  /** Its workers start nothing more until it is resumed. @throws as {@link give} does */
  async pause(queue: string): Promise<QueueOrderAnswer> {
    const at = new Date(this.parts.clock.now()).toISOString();
    return this.give({ kind: 'pause', queue, value: { v: 1, queue, at } });
  }

  /** @throws as {@link give} does */
  resume(queue: string): Promise<QueueOrderAnswer> {
    return this.give({ kind: 'pause', queue, value: null });
  }

  /** These hold instead of those of its definition, until they are taken back. @throws as {@link give} does */
  async limit(queue: string, limits: QueueLimits): Promise<QueueOrderAnswer> {
    const at = new Date(this.parts.clock.now()).toISOString();
    return this.give({ kind: 'limits', queue, value: { v: 1, queue, at, limits } });
  }

  /** Those of its definition hold again. @throws as {@link give} does */
  takeLimitsBack(queue: string): Promise<QueueOrderAnswer> {
    return this.give({ kind: 'limits', queue, value: null });
  }

  /**
   * Once the order is acknowledged, and in force here too: who asks right after it sees it.
   * @throws StatusError `queue_not_found`; ProblemError `broker_unavailable`, `broker_refused`
   */
  private async give(order: Order): Promise<QueueOrderAnswer> {
    const { reader, writer, states, inForce } = this.parts;
    const found = await states.read().catch(refuse);
    if (!found.queues.has(order.queue)) throw queueNotFound();
    const receipt = await writer.give(order).catch(refuse);
    await inTime(reader.passed(receipt), patienceMs);
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
