import { isFinal, stateOfPhase } from '@jobstream/contracts';
import { decodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { Database, databaseSettingsFromEnv } from '@jobstream/database';
import { eventually, readTopics, type Platform } from '@jobstream/testing';

/** From the first request of a job to its first end, by the append times of the log: milliseconds since 1970. */
interface Life {
  readonly id: string;
  readonly from: number;
  readonly until: number;
}

/** Submissions of `probe.run` under unique keys, and what became of them. */
export class UniqueLoad {
  /** Of each key the ids that its submissions were answered with. */
  private readonly answered = new Map<string, Set<string>>();
  /** Submissions that were answered with a job that was there before. */
  existing = 0;
  submitted = 0;

  constructor(
    private readonly platform: Platform,
    private readonly keys: readonly string[],
    private readonly payload: object,
  ) {}

  /**
   * Submits in turns over the keys, so many at a time, until told to stop, while APIs die. Each submission is repeated until it is answered
   * with a job, whose end is waited for before the next one.
   */
  async submitUntil(isOver: (submitted: number) => boolean, atOnce = 20): Promise<void> {
    const submitter = async () => {
      while (!isOver(this.submitted)) {
        const id = await this.insist(this.keys[this.submitted++ % this.keys.length]!);
        await this.platform.api.get(`/v1/jobs/${id}?wait=2s`).catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, submitter));
  }

  /** Waits until all jobs that the answers named have ended. */
  async ended(timeoutMs: number): Promise<void> {
    for (const id of [...this.answered.values()].flatMap((ids) => [...ids]))
      await this.platform.api.finished(id, { timeoutMs });
  }

  /** The jobs that the answers named, and those that lived at the same time as another of their key. */
  async judge(): Promise<{ named: string[]; jobs: string[]; overlapping: string[] }> {
    const named = [...this.answered.values()].flatMap((ids) => [...ids]);
    return { named, ...(await judgeLives(this.platform)) };
  }

  private insist(key: string): Promise<string> {
    return eventually(
      async () => {
        const submission = { type: 'probe.run', payload: { ...this.payload, note: key }, unique: { key } };
        const { status, body } = await this.platform.api.post('/v1/jobs', submission);
        if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
        if (body.existing === true) this.existing += 1;
        const id = body.id as string;
        this.answered.set(key, (this.answered.get(key) ?? new Set()).add(id));
        return id;
      },
      { everyMs: 50 },
    );
  }
}

/**
 * The jobs of `probe.run` in the log, and those that lived at the same time as another with the same note, which stands for the key.
 * @param counts which of the requests are of jobs with a key; default all
 */
export async function judgeLives(
  platform: Platform,
  counts: (request: JobRecord) => boolean = () => true,
): Promise<{ jobs: string[]; overlapping: string[] }> {
  const lives = [...(await readLives(platform, counts)).values()];
  const overlapping = lives.flatMap((ofKey) =>
    ofKey.filter(({ from }, nth) => nth > 0 && from < ofKey[nth - 1]!.until).map(({ id }) => id),
  );
  return { jobs: lives.flatMap((ofKey) => ofKey.map(({ id }) => id)), overlapping };
}

/** Of each key its jobs, in the order of their requests. */
async function readLives(
  { topics }: Platform,
  counts: (request: JobRecord) => boolean,
): Promise<Map<string, Life[]>> {
  const records = await readTopics([topics.events, topics.requests('probe'), topics.deadLetters('probe')]);
  const froms = new Map<string, { key: string; at: number }>();
  const untils = new Map<string, number>();
  for (const { value, headers, timestamp } of records) {
    const record = decodeRecord(value, headers);
    if ('fault' in record) throw new Error(record.detail);
    const { id } = record.value;
    if (record.phase === 'queued' && counts(record)) {
      const key = (record.value.payload as { note: string }).note;
      froms.set(id, { key, at: Math.min(froms.get(id)?.at ?? Infinity, timestamp) });
    }
    if (isFinal(stateOfPhase(record.phase))) untils.set(id, Math.min(untils.get(id) ?? Infinity, timestamp));
  }
  const lives = new Map<string, Life[]>();
  for (const [id, { key, at }] of froms)
    lives.set(key, [...(lives.get(key) ?? []), { id, from: at, until: untils.get(id) ?? Infinity }]);
  for (const ofKey of lives.values()) ofKey.sort((a, b) => a.from - b.from);
  return lives;
}

/** How many unique keys are taken. */
export async function countTakenKeys(platform: Platform): Promise<number> {
  const database = new Database(databaseSettingsFromEnv(platform.environment()), { connections: 1 });
  try {
    const { rows } = await database.query<{ count: number }>({
      text: `SELECT count(*)::int AS count FROM ${database.operations}.unique_keys`,
    });
    return rows[0]!.count;
  } finally {
    await database.close();
  }
}
