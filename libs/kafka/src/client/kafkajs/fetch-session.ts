/** One topic of a fetch, as kafkajs has it. */
export interface FetchedTopic {
  readonly topic: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }[];
}

/** The parts of a Fetch request that depend on the session. */
export interface SessionRequest {
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: FetchedTopic[];
  readonly forgottenTopics: { readonly topic: string; readonly partitions: number[] }[];
}

const noSession = 0;
/** Asks for a new session, in place of the one named. */
const firstEpoch = 0;
const lastEpoch = 2 ** 31 - 1;

/**
 * One broker's memory of a consumer's fetches (KIP-227): a request names only the partitions whose offset changed, and
 * the answer only those with news. Without it every wake-up of a reader of many quiet topics costs all of them, on both
 * sides. Whatever goes wrong, the next request names everything and opens a new session.
 */
export class FetchSession {
  private id = noSession;
  private epoch = firstEpoch;
  /** The offset last asked for, by topic and partition. */
  private asked = new Map<string, Map<number, string>>();

  /** The request for these partitions, and no others from now on. One at a time: its answer must be told before the next. */
  request(wanted: readonly FetchedTopic[]): SessionRequest {
    const before = this.epoch === firstEpoch ? new Map<string, Map<number, string>>() : this.asked;
    this.asked = new Map(
      wanted.map(({ topic, partitions }) => [
        topic,
        new Map(partitions.map(({ partition, fetchOffset }) => [partition, fetchOffset])),
      ]),
    );
    return {
      sessionId: this.id,
      sessionEpoch: this.epoch,
      topics: changesOf(wanted, before),
      forgottenTopics: missingIn(this.asked, before),
    };
  }

  /** @returns whether the answer holds what was asked for; if not, it is to be asked for again */
  accept({ errorCode, sessionId }: { readonly errorCode: number; readonly sessionId: number }): boolean {
    if (errorCode !== 0) {
      this.reset();
      return false;
    }
    // A broker that has no room for another session answers with none.
    this.id = sessionId;
    this.epoch = sessionId === noSession ? firstEpoch : this.epoch === lastEpoch ? 1 : this.epoch + 1;
    return true;
  }

  /** Whether the broker has taken the last request is not known. */
  reset(): void {
    this.epoch = firstEpoch;
  }
}

function changesOf(
  wanted: readonly FetchedTopic[],
  before: ReadonlyMap<string, ReadonlyMap<number, string>>,
): FetchedTopic[] {
  const changes: FetchedTopic[] = [];
  for (const { topic, partitions } of wanted) {
    const known = before.get(topic);
    const changed = partitions.filter(({ partition, fetchOffset }) => known?.get(partition) !== fetchOffset);
    if (changed.length > 0) changes.push({ topic, partitions: changed });
  }
  return changes;
}

function missingIn(
  now: ReadonlyMap<string, ReadonlyMap<number, string>>,
  before: ReadonlyMap<string, ReadonlyMap<number, string>>,
): SessionRequest['forgottenTopics'] {
  const missing: SessionRequest['forgottenTopics'] = [];
  for (const [topic, known] of before) {
    const kept = now.get(topic);
    const partitions = [...known.keys()].filter((partition) => !kept?.has(partition));
    if (partitions.length > 0) missing.push({ topic, partitions });
  }
  return missing;
}
