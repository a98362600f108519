import type { KafkaLogger } from '../client/settings.js';
import { steadyTime } from '../client/steady-time.js';

/** A topic, or one partition of it, that takes no records while its cluster answers. */
export interface TopicTrouble {
  readonly topic: string;
  /** Null for the whole topic. */
  readonly partition: number | null;
  /** Kafka's name of the error. */
  readonly error: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

interface Standing {
  readonly trouble: TopicTrouble;
  lastAt: number;
}

const minLinePauseMs = 60_000;
/** A trouble that no record has met for this long may be over. */
const forgottenMs = 120_000;

/** The topics that take no records of this process at present. Each is logged once a minute, however many records it concerns. */
export class TopicTroubles {
  private readonly standing = new Map<string, Standing>();
  private readonly told = new Map<string, { at: number; untold: number; isOver: boolean }>();

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly log: KafkaLogger,
    private readonly now: () => number = steadyTime,
  ) {}

  /** The troubles that stand, oldest first. */
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

  /** Logs a refusal of one record that says nothing of its topic. */
  tell(topic: string, partition: number | null, error: string, records: number): void {
    const now = this.now();
    const line = this.told.get(topic);
    if (line && now - line.at < minLinePauseMs) {
      line.untold += records;
      return;
    }
    const all = records + (line?.untold ?? 0);
    this.told.set(topic, { at: now, untold: 0, isOver: false });
    this.log('warn', 'records refused by Kafka: only this topic is held up', {
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
    this.log('info', 'topic takes records again', { topic, partition });
  }
}

/** One sentence for each trouble, for the detail of a readiness check. */
export function describeTroubles(troubles: readonly TopicTrouble[]): string[] {
  return troubles.map(({ topic, partition, error, since }) => {
    const place = partition === null ? topic : `${topic}, partition ${partition}`;
    return `${place} takes no records since ${new Date(since).toISOString()}: ${error}`;
  });
}

function keyOf(topic: string, partition: number | null): string {
  return `${topic}/${partition}`;
}
