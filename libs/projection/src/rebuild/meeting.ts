import type { Topics } from '@jobstream/contracts';
import { codeOf, type Database, type Session } from '@jobstream/database';
import type { OffsetsByTopic, TopicAdmin } from '@jobstream/kafka';
import type { Offsets } from '@jobstream/sink';
import { readCheckpoints } from '../checkpoints.js';
import { projectedTopics } from '../projected-topics.js';
import type { Projector } from '../projector.js';
import type { Generations } from './generations.js';
import type { Interruption } from './interruption.js';

/** What {@link Meeting} is made of. */
export interface MeetingParts {
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

/** Projectors wait for the new generation so long at most. */
const longestMs = 5_000;
const againMs = 1_000;
const lookMs = 20;
/** SQLSTATE. */
const lockTimeout = '55P03';

/** The generations could not be brought to the same place in time: try again. */
class NotMetError extends Error {}

/** Brings both generations to exactly the same place in the log. */
export class Meeting {
  constructor(private readonly parts: MeetingParts) {}

  /**
   * Does `work` while both generations hold exactly the same records: live projectors wait, and the new one has caught up
   * with them. Tried again until that comes about. The new one stays where it is afterwards.
   */
  async hold(work: (session: Session) => Promise<void>): Promise<void> {
    const { projector, interruption, onTrouble } = this.parts;
    for (;;) {
      try {
        await this.tryOnce(work);
        onTrouble(null);
        return;
      } catch (error) {
        if (error instanceof NotMetError) onTrouble(error.message);
        else if (codeOf(error) === lockTimeout)
          onTrouble('Waits for a long transaction of a projector to end.');
        else throw error;
      }
      await interruption.unless(projector.readOn());
      await interruption.rest(againMs);
    }
  }

  private async tryOnce(work: (session: Session) => Promise<void>): Promise<void> {
    const { admin, topics, database, generations, projector, interruption } = this.parts;
    const inLog = await admin.startOffsets(await projectedTopics(admin, topics));
    // A projector that has failed, or waits for Postgres, answers to nobody.
    await this.awaitLive(await interruption.unless(projector.hold()));
    await database.transaction(
      async (session) => {
        await generations.holdProjectors(session);
        const live = await readCheckpoints(session, database.projection);
        for (const partition of live.keys()) if (!isIn(inLog, partition)) live.delete(partition);
        if (!(await interruption.unless(projector.readTo(live, longestMs))))
          throw new NotMetError('Could not catch up with the live projection while it waited.');
        await work(session);
      },
      // It is a meeting with a projector that goes on when this ends.
      { once: true },
    );
  }

  /** The new generation may have read farther than the live one, which can only go forward. */
  private async awaitLive(held: Offsets): Promise<void> {
    const { database } = this.parts;
    const giveUpAt = performance.now() + longestMs;
    for (;;) {
      const live = await readCheckpoints(database, database.projection);
      if ([...held].every(([partition, next]) => (live.get(partition) ?? 0) >= next)) return;
      if (performance.now() > giveUpAt)
        throw new NotMetError('Waits for the live projection, which is behind. See whether projectors run.');
      await this.parts.interruption.rest(lookMs);
    }
  }
}

function isIn(log: OffsetsByTopic, partition: string): boolean {
  const slash = partition.lastIndexOf('/');
  return log.get(partition.slice(0, slash))?.[Number(partition.slice(slash + 1))] !== undefined;
}
