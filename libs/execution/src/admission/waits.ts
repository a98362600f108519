import { partitionKey, type TopicPartition } from '@jobstream/kafka';
import type { Stay } from './stay.js';

/**
 * All stays that wait without a slot, at any gate, by partition. A lost partition is one call, a drain another.
 *
 * The way of a revoked partition to here: kafkajs `GROUP_JOIN` → `ConsumerSession` → `GroupMember` → `GroupReader.lose` →
 * `WorkConsumer.letGo` → `WorkPartition.lose` → `onLost` → `QueueWorker.lose` → `JobWorker.lose` → `Waits.lose` → `Stay.lose`, whose
 * `DeliveryLost` unwinds `DeliveryPipeline.work`.
 *
 * Invariant: all waits end before the first stay leaves its gates. Otherwise a key or a permit would go from one lost delivery to
 * the next.
 */
export class Waits {
  private readonly byPartition = new Map<string, Set<Stay>>();
  private isDraining = false;

  /** @returns false when it may not wait: its partition is lost, or the worker drains */
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
    // First each withdraws, so that none is let in by the leaving of another. Tests: worker/deliveries-that-wait.spec.ts.
    for (const stay of stays) stay.cancelWait();
    for (const stay of stays) stay.lose();
  }
}
