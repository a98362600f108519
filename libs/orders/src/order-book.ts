import type { QueueLimits } from '@jobstream/contracts';
import type { Order } from '@jobstream/contracts/records';

/** The orders in force: the newest of each kind and queue, unless it was taken back. */
export class OrderBook {
  private readonly pauses = new Map<string, string>();
  private readonly limits = new Map<string, QueueLimits>();

  apply(order: Order): void {
    switch (order.kind) {
      case 'pause':
        if (order.value) this.pauses.set(order.queue, order.value.at);
        else this.pauses.delete(order.queue);
        break;
      case 'limits':
        if (order.value) this.limits.set(order.queue, order.value.limits);
        else this.limits.delete(order.queue);
    }
  }

  /** When the queue was paused, ISO 8601; undefined when it is not paused. */
  pausedSince(queue: string): string | undefined {
    return this.pauses.get(queue);
  }

  /** The limits ordered for the queue; undefined when those of its definition hold. */
  limitsOf(queue: string): QueueLimits | undefined {
    return this.limits.get(queue);
  }
}
