import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '@jobstream/database';
import { inTime } from '@jobstream/runtime';
import type { LogEnds } from './log-ends.js';

/** By topic, one offset a partition (index = partition): the offset after the last record, as `TopicAdmin.endOffsets` answers. */
export type EndOffsets = ReadonlyMap<string, readonly number[]>;

/** How far the projection has come in the log: what "read your writes" waits by. */
export class ProjectionProgress {
  private waiters = new Set<Waiter>();
  private polling = false;

  /** @param pollMs between two looks while someone waits; all who wait share them */
  constructor(
    private readonly database: Database,
    private readonly pollMs = 15,
  ) {}

  /** Whether the projection holds every record below these ends. A partition it has not begun counts as not passed. */
  async hasPassed(ends: EndOffsets): Promise<boolean> {
    return passed(ends, await this.positions());
  }

  /** The records below these ends that the projection does not hold. */
  async countBehind(ends: EndOffsets): Promise<number> {
    const positions = await this.positions();
    let count = 0;
    for (const [topic, offsets] of ends)
      offsets.forEach((end, partition) => {
        count += Math.max(end - (positions.get(topic)?.get(partition) ?? 0), 0);
      });
    return count;
  }

  /**
   * Resolves true as soon as the projection holds every record below these ends, false after `timeoutMs`.
   * Rejects when Postgres is away.
   */
  waitUntilPassed(ends: EndOffsets, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { ends, deadline: performance.now() + timeoutMs, resolve, reject };
      this.waiters.add(waiter);
      if (!this.polling) void this.poll();
    });
  }

  /**
   * Resolves true as soon as the projection holds every record that the log holds now, false after `timeoutMs`. Rejects
   * while Kafka or Postgres is away.
   */
  async waitUntilCurrent(log: Pick<LogEnds, 'now'>, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    const ends = await inTime(log.now(), timeoutMs);
    return ends !== undefined && (await this.waitUntilPassed(ends, giveUpAt - performance.now()));
  }

  private async poll(): Promise<void> {
    this.polling = true;
    while (this.waiters.size > 0) {
      // Only those who wait already: whoever comes during the query may have seen ends that it is too old for.
      const asked = [...this.waiters];
      try {
        this.answer(asked, await this.positions());
      } catch (error) {
        for (const waiter of asked) this.settle(waiter, () => waiter.reject(error));
      }
      if (this.waiters.size > 0) await pause(this.pollMs);
    }
    this.polling = false;
  }

  private answer(asked: Waiter[], positions: Positions): void {
    for (const waiter of asked) {
      if (passed(waiter.ends, positions)) this.settle(waiter, () => waiter.resolve(true));
      else if (performance.now() >= waiter.deadline) this.settle(waiter, () => waiter.resolve(false));
    }
  }

  private settle(waiter: Waiter, answer: () => void): void {
    this.waiters.delete(waiter);
    answer();
  }

  private async positions(): Promise<Positions> {
    const { rows } = await this.database.query<{ topic: string; partition: number; next: number }>({
      name: 'projection-progress',
      text: `SELECT topic, partition, next FROM ${this.database.projection}.checkpoints`,
    });
    const positions: Positions = new Map();
    for (const { topic, partition, next } of rows) {
      const offsets = positions.get(topic);
      if (offsets) offsets.set(partition, next);
      else positions.set(topic, new Map([[partition, next]]));
    }
    return positions;
  }
}

type Positions = Map<string, Map<number, number>>;

interface Waiter {
  readonly ends: EndOffsets;
  readonly deadline: number;
  resolve(passed: boolean): void;
  reject(error: unknown): void;
}

function passed(ends: EndOffsets, positions: Positions): boolean {
  for (const [topic, offsets] of ends) {
    const reached = positions.get(topic);
    if (!offsets.every((end, partition) => end === 0 || (reached?.get(partition) ?? 0) >= end)) return false;
  }
  return true;
}
