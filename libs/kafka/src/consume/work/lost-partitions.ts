import type { GroupCommit } from '../../client/cluster-reader.js';
import type { TopicPartition } from '../../client/record.js';
import { partitionKey } from '../../client/topic-partition.js';
import { judgeJoin } from './join-decision.js';
import type { LostPartition } from './lost-partition.js';

/** How long a lost partition that runs nothing is remembered for its return. */
const maxAgeMs = 600_000;

/** The partitions that this process has lost and may get back. */
export class LostPartitions {
  private readonly byKey = new Map<string, LostPartition>();

  /** @param processId names this process in its commits */
  constructor(private readonly processId: string) {}

  add(partition: TopicPartition, lost: LostPartition): void {
    for (const [key, { since, running }] of this.byKey)
      if (lost.since - since > maxAgeMs && running.size === 0) this.byKey.delete(key);
    this.byKey.set(partitionKey(partition), lost);
  }

  /** What is known of a partition; undefined for one that was not held, or long ago. */
  find(partition: TopicPartition): LostPartition | undefined {
    return this.byKey.get(partitionKey(partition));
  }

  /** Takes out what is known of a partition that has come back; null where the group's commit shows that it no longer applies. */
  takeBack(partition: TopicPartition, commit: GroupCommit): LostPartition | null {
    const lost = this.byKey.get(partitionKey(partition));
    this.forget(partition);
    return lost && judgeJoin(this.processId, lost.history, commit) !== 'reset' ? lost : null;
  }

  forget(partition: TopicPartition): void {
    this.byKey.delete(partitionKey(partition));
  }

  /** How many records of them still run here. */
  get running(): number {
    let running = 0;
    for (const lost of this.byKey.values()) running += lost.running.size;
    return running;
  }

  /** Whether the group knows of all that is finished of them. */
  get areCommitted(): boolean {
    for (const { isCommitted } of this.byKey.values()) if (!isCommitted) return false;
    return true;
  }
}
