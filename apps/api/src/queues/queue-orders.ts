import { setTimeout as delay } from 'node:timers/promises';
import type { QueueLimits } from '@jobstream/contracts';
import type { Order } from '@jobstream/contracts/records';
import type { QueueOrderAnswer } from '@jobstream/contracts/rest';
import { queues } from '@jobstream/jobs';
import { RecordRefusedError } from '@jobstream/kafka';
import type { OrderBook, OrderReader, OrderWriter } from '@jobstream/orders';
import type { Clock } from '@jobstream/runtime';
import { ProblemError } from '../http/problem-error.js';
import type { QueueStates } from './queue-states.js';

/** What {@link QueueOrders} is made of. */
export interface QueueOrdersParts {
  readonly states: QueueStates;
  /** The broker's time. */
  readonly clock: Clock;
  readonly reader: OrderReader;
  readonly writer: OrderWriter;
}

/** Orders are read within milliseconds; when this process starts, somewhat later. */
const patienceMs = 5_000;

/** What operators order of queues. */
export class QueueOrders {
  constructor(private readonly parts: QueueOrdersParts) {}

  /** The orders in force, as far as they are read. */
  get known(): OrderBook {
    return this.parts.reader.book;
  }

  /** The orders in force. @throws ProblemError `broker_unavailable` while they can't be read */
  async read(): Promise<OrderBook> {
    if (await inTime(this.parts.reader.whenRead())) return this.known;
    const detail = 'The orders are in the broker, and have not been read yet. Ask again later.';
    throw new ProblemError('broker_unavailable', detail);
  }

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

  /** The limits that hold, as far as the orders are read. */
  limitsOf(queue: string): QueueLimits {
    return this.known.limitsOf(queue) ?? queues.get(queue)?.limits ?? {};
  }

  isPaused(queue: string): boolean {
    return this.known.pausedSince(queue) !== undefined;
  }

  /**
   * Once the order is acknowledged, and in force here too: who asks right after it sees it.
   * @throws ProblemError `queue_not_found`, `broker_unavailable`, `broker_refused`
   */
  private async give(order: Order): Promise<QueueOrderAnswer> {
    const { reader, writer, states } = this.parts;
    const found = await states.read().catch(refuse);
    if (!found.queues.has(order.queue)) throw queueNotFound();
    const receipt = await writer.give(order).catch(refuse);
    await inTime(reader.passed(receipt));
    const { queue } = order;
    return { queue, paused: this.isPaused(queue), limits: this.limitsOf(queue) };
  }
}

/** The problem that there is no such queue. */
export function queueNotFound(): ProblemError {
  return new ProblemError('queue_not_found', 'No job type has it, and no topic either.');
}

function refuse(cause: unknown): never {
  if (cause instanceof RecordRefusedError && cause.scope === 'record')
    throw new ProblemError('broker_refused', 'The broker does not take this order.', { cause });
  const detail = 'The broker did not confirm the order. It may be given again: the newest counts.';
  throw new ProblemError('broker_unavailable', detail, { cause });
}

async function inTime(happening: Promise<void>): Promise<boolean> {
  const giveUp = new AbortController();
  const late = delay(patienceMs, false, { signal: giveUp.signal }).catch(() => false);
  try {
    return await Promise.race([happening.then(() => true), late]);
  } finally {
    giveUp.abort();
  }
}
