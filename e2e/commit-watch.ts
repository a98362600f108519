import { decodeRecord } from '@jobstream/contracts/records';
import { TopicAdmin } from '@jobstream/kafka';
import { connectToBroker, readTopics } from '@jobstream/testing';
import type { Platform } from '@jobstream/testing';

interface Sample {
  /** When the answer had come, in ms since 1970. */
  readonly at: number;
  readonly committed: Map<string, (number | null)[]>;
}

/** Looks at the commits of a queue's workers while they work, to hold them against the log afterwards. */
export class CommitWatch {
  private readonly samples: Sample[] = [];
  private readonly admin = new TopicAdmin(connectToBroker());
  private over = false;
  private readonly watching: Promise<void>;

  constructor(
    private readonly platform: Platform,
    private readonly queue: string,
  ) {
    this.watching = this.watch();
  }

  /** Ends the watch. @returns how many commits were seen, and those that stood too high */
  async stop(): Promise<{ commits: number; tooHigh: string[] }> {
    this.over = true;
    await this.watching;
    const tooHigh = await this.commitsTooHigh();
    await this.admin.stop();
    const seen = this.samples.flatMap(({ committed }) =>
      [...committed].flatMap(([topic, offsets]) => offsets.map((offset, at) => `${topic}/${at}/${offset}`)),
    );
    return { commits: new Set(seen).size, tooHigh };
  }

  /** Commits that were seen above a record whose attempt had no outcome in the log by then. */
  private async commitsTooHigh(): Promise<string[]> {
    const endedAt = await this.outcomeTimes();
    const topics = [...new Set(this.samples.flatMap(({ committed }) => [...committed.keys()]))];
    const unfinishedUntil = new Map<string, number[]>();
    for (const record of await readTopics(topics)) {
      const attempt = attemptToStart(record.value, record.headers ?? {});
      const partition = `${record.topic}/${record.partition}`;
      const until = unfinishedUntil.get(partition) ?? [];
      unfinishedUntil.set(partition, until);
      until[record.offset] = attempt === undefined ? 0 : (endedAt.get(attempt) ?? Infinity);
    }
    return this.samples.flatMap(({ at, committed }) =>
      [...committed].flatMap(([topic, offsets]) =>
        offsets.flatMap((offset, partition) => {
          const until = unfinishedUntil.get(`${topic}/${partition}`)?.slice(0, offset ?? 0) ?? [];
          return until.some((time) => time > at) ? [`${topic}/${partition}: ${offset} at ${at}`] : [];
        }),
      ),
    );
  }

  private async watch(): Promise<void> {
    const { topics } = this.platform;
    while (!this.over) {
      const consumed = (await this.admin.listTopics()).filter((topic) => {
        const role = topics.roleOf(topic);
        return (role?.kind === 'requests' || role?.kind === 'retry') && role.queue === this.queue;
      });
      const committed = await this.admin.committed(topics.group(this.queue), consumed);
      this.samples.push({ at: Date.now(), committed });
    }
  }

  /** When the log took the first outcome of each attempt. */
  private async outcomeTimes(): Promise<Map<string, number>> {
    const { topics } = this.platform;
    const lanes = (await this.admin.listTopics()).filter((topic) => topics.roleOf(topic)?.kind === 'retry');
    const times = new Map<string, number>();
    for (const { value, headers, timestamp } of await readTopics([
      topics.events,
      topics.deadLetters(this.queue),
      ...lanes,
    ])) {
      const record = decodeRecord(value, headers);
      if ('fault' in record || record.phase === 'started' || record.phase === 'progress') continue;
      const attempt = `${record.value.id}/${record.run}/${record.attempt}`;
      times.set(attempt, Math.min(timestamp, times.get(attempt) ?? Infinity));
    }
    return times;
  }
}

/** The attempt that a consumed record asks for; undefined where it can't be read. */
function attemptToStart(value: Buffer | null, headers: Record<string, string>): string | undefined {
  const record = decodeRecord(value, headers);
  if ('fault' in record) return undefined;
  return `${record.value.id}/${record.run}/${record.phase === 'retrying' ? record.attempt + 1 : record.attempt}`;
}
