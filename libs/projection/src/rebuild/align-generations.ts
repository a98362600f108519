import type { Topics } from '@jobstream/contracts';
import { codeOf, type Database, type Session } from '@jobstream/database';
import type { OffsetsByTopic, TopicAdmin } from '@jobstream/kafka';
import type { Offsets } from '@jobstream/sink';
import { readCheckpoints } from '../progress/checkpoints.js';
import { projectedTopics } from '../projected-topics.js';
import type { Projector } from '../projector.js';
import type { Generations } from './generations.js';
import type { Interruption } from './interruption.js';

/** Both generations, and what may interrupt a rebuild. */
export interface AlignmentOptions {
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  /** Of the live generation. */
  readonly database: Database;
  readonly generations: Generations;
  /** Writes the new one. */
  readonly projector: Projector;
  readonly interruption: Interruption;
  /** Told why it takes its time; null once it does no longer. */
  readonly onTrouble: (trouble: string | null) => void;
}

/** How long live projectors wait for the new generation at most. */
const maxWaitMs = 5_000;
const againMs = 1_000;
const lookMs = 20;
/** SQLSTATE. */
const lockTimeout = '55P03';

/** The generations could not be brought to the same place in time: try again. */
class NotAlignedError extends Error {}

/** Brings both generations to exactly the same place in the log. */
export class GenerationAlignment {
  constructor(private readonly options: AlignmentOptions) {}

  /**
   * Does `work` while both generations hold exactly the same records: live projectors wait, and the new one has caught up
   * with them. Tried again until that succeeds. The new one stays there afterwards.
   */
  async whileAligned(work: (session: Session) => Promise<void>): Promise<void> {
    const { projector, interruption, onTrouble } = this.options;
    for (;;) {
      try {
        await this.tryOnce(work);
        onTrouble(null);
        return;
      } catch (error) {
        if (error instanceof NotAlignedError) onTrouble(error.message);
        else if (codeOf(error) === lockTimeout)
          onTrouble('Waits for a long transaction of a projector to end.');
        else throw error;
      }
      await interruption.unless(projector.readOn());
      await interruption.rest(againMs);
    }
  }

  private async tryOnce(work: (session: Session) => Promise<void>): Promise<void> {
    const { admin, topics, database, generations, projector, interruption } = this.options;
    const inLog = await admin.startOffsets(await projectedTopics(admin, topics));
    // A projector that has failed, or waits for Postgres, answers to nobody.
    await this.awaitLive(await interruption.unless(projector.hold()));
    await database.transaction(
      async (session) => {
        await generations.holdProjectors(session);
        const live = await readCheckpoints(session, database.projection);
        for (const partition of live.keys()) if (!isIn(inLog, partition)) live.delete(partition);
        if (!(await interruption.unless(projector.readTo(live, maxWaitMs))))
          throw new NotAlignedError('Could not catch up with the live projection while it waited.');
        await work(session);
      },
      // The projectors of the moment read on when this ends: another try must align both again.
      { once: true },
    );
  }

  /** The new generation may have read farther than the live one, which can only go forward. */
  private async awaitLive(held: Offsets): Promise<void> {
    const { database } = this.options;
    const giveUpAt = performance.now() + maxWaitMs;
    for (;;) {
      const live = await readCheckpoints(database, database.projection);
      if ([...held].every(([partition, next]) => (live.get(partition) ?? 0) >= next)) return;
      if (performance.now() > giveUpAt)
        throw new NotAlignedError(
          'The rebuild waits for the live projection, which is behind. Check that projectors run.',
        );
      await this.options.interruption.rest(lookMs);
    }
  }
}

function isIn(log: OffsetsByTopic, partition: string): boolean {
  const slash = partition.lastIndexOf('/');
  return log.get(partition.slice(0, slash))?.[Number(partition.slice(slash + 1))] !== undefined;
}
