import { partitionKey, type TopicPartition } from '@jobstream/kafka';
import type { Stay } from './stay.js';

/**
 * All deliveries that wait without a slot, whatever for, by partition: a lost partition is one call, a drain another. Each
 * ends their waits first and has them leave their gates then, so that no key or place is given to one that is about to go.
 */
export class Waits {
  private readonly byPartition = new Map<string, Set<Stay>>();
  private isDraining = false;

  /** @returns false where it may not wait: its partition is gone, or the worker drains */
  add(stay: Stay): boolean {
    if (this.isDraining || !stay.delivery.isCurrent()) return false;
    const key = partitionKey(stay.delivery.record);
    const waiting = this.byPartition.get(key);
    if (waiting) waiting.add(stay);
    else this.byPartition.set(key, new Set([stay]));
    return true;
  }

  remove(stay: Stay): void {
    const key = partitionKey(stay.delivery.record);
    const waiting = this.byPartition.get(key);
    if (waiting?.delete(stay) && waiting.size === 0) this.byPartition.delete(key);
  }

  /** Ends the waits of these partitions with `DeliveryLost`. */
  lose(partitions: readonly TopicPartition[]): void {
    this.end(partitions.flatMap((partition) => [...(this.byPartition.get(partitionKey(partition)) ?? [])]));
  }

  /** Ends all waits with `DeliveryLost`, and every later one at once. */
  drain(): void {
    this.isDraining = true;
    this.end([...this.byPartition.values()].flatMap((waiting) => [...waiting]));
  }

  private end(stays: readonly Stay[]): void {
    for (const stay of stays) stay.cancelWait();
    for (const stay of stays) stay.lose();
  }
}
