import type { KafkaLogger } from '../client/settings.js';
import { steadyTime } from '../client/steady-time.js';

/** A topic, or one partition of it, that takes no records while its cluster answers. */
export interface TopicTrouble {
  readonly topic: string;
  /** Null for the whole topic. */
  readonly partition: number | null;
  /** Kafka's name of the error. */
  readonly error: string;
  /** ms since the epoch. */
  readonly since: number;
}

interface Standing {
  readonly trouble: TopicTrouble;
  lastAt: number;
}

const lineEveryMs = 60_000;
/** What nobody has met for so long is not known to stand any more. */
const forgottenMs = 120_000;

/** What takes no records of a process at present: told in one log line a topic and minute, however many records it meets. */
export class TopicTroubles {
  private readonly standing = new Map<string, Standing>();
  private readonly told = new Map<string, { at: number; untold: number; isOver: boolean }>();

  /** @param now ms since the epoch */
  constructor(
    private readonly log: KafkaLogger,
    private readonly now: () => number = steadyTime,
  ) {}

  /** What stands, in the order in which it began. */
  list(): TopicTrouble[] {
    const now = this.now();
    for (const [key, { lastAt }] of this.standing) if (now - lastAt > forgottenMs) this.standing.delete(key);
    return [...this.standing.values()].map(({ trouble }) => trouble);
  }

  /** Records were refused, or given up because their partition takes none. */
  note({ topic, partition, error }: Omit<TopicTrouble, 'since'>, records: number): void {
    const now = this.now();
    const key = keyOf(topic, partition);
    const since = this.standing.get(key)?.trouble.since ?? now;
    this.standing.set(key, { trouble: { topic, partition, error, since }, lastAt: now });
    this.tell(topic, partition, error, records);
  }

  /** One record was refused for what it is: nothing that stands. */
  tell(topic: string, partition: number | null, error: string, records: number): void {
    const now = this.now();
    const line = this.told.get(topic);
    if (line && now - line.at < lineEveryMs) {
      line.untold += records;
      return;
    }
    const all = records + (line?.untold ?? 0);
    this.told.set(topic, { at: now, untold: 0, isOver: false });
    this.log('warn', 'Kafka refused records of a topic; others go on', {
      topic,
      partition,
      error,
      records: all,
    });
  }

  /** The partition takes records, so its topic does. */
  clear(topic: string, partition: number): void {
    if (this.standing.size === 0) return;
    const stood = this.standing.delete(keyOf(topic, partition));
    const stoodWhole = this.standing.delete(keyOf(topic, null));
    const line = this.told.get(topic);
    if (!line || line.isOver || !(stood || stoodWhole)) return;
    line.isOver = true;
    this.log('info', 'A topic takes records again', { topic, partition });
  }
}

/** What of it people have to know, for the detail of a readiness check. */
export function describeTroubles(troubles: readonly TopicTrouble[]): string[] {
  return troubles.map(({ topic, partition, error, since }) => {
    const place = partition === null ? topic : `${topic}, partition ${partition}`;
    return `${place} takes no records since ${new Date(since).toISOString()}: ${error}`;
  });
}

function keyOf(topic: string, partition: number | null): string {
  return `${topic}/${partition}`;
}
