import { setTimeout as pause } from 'node:timers/promises';
import type { Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { TopicAdmin } from '@jobstream/kafka';
import { readPositions } from '@jobstream/sink';
import type { EndOffsets } from '../progress/progress.js';

const pollMs = 25;

/** How far the rows of {@link JobLogRows} hold `jobs.logs`. */
export class JobLogProgress {
  private clusterId: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
  ) {}

  /** Resolves true as soon as the rows hold every record below these ends, false after `timeoutMs`. Rejects while Postgres is away. */
  async waitUntilPassed(ends: EndOffsets, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    while (!(await this.hasPassed(ends))) {
      if (performance.now() >= giveUpAt) return false;
      await pause(pollMs);
    }
    return true;
  }

  private async hasPassed(ends: EndOffsets): Promise<boolean> {
    const { topics } = this;
    this.clusterId ??= await this.admin.clusterId();
    const reader = topics.serviceGroup('job-logs');
    const held = await readPositions(this.database, {
      reader,
      clusterId: this.clusterId,
      topic: topics.logs,
    });
    return (ends.get(topics.logs) ?? []).every((end, partition) => (held.get(partition) ?? 0) >= end);
  }
}
