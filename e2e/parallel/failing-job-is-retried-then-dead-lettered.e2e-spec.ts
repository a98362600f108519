import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import { Platform, readTopics, StallWatch } from '@jobstream/testing';

interface Seen {
  readonly at: IncomingRecord;
  readonly record: JobRecord;
}

describe('a failing job is retried after its declared delay, then dead-lettered', () => {
  let platform: Platform;
  let watch: StallWatch;
  beforeAll(async () => {
    watch = await StallWatch.start();
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(async () => {
    await platform?.stop();
    await watch.stop();
  });

  async function recordsOf(id: string, topics: string[]): Promise<Seen[]> {
    const seen = (await readTopics(topics)).map((at) => {
      const record = decodeRecord(at.value, at.headers);
      if ('fault' in record) throw new Error(`${at.topic}: ${record.detail}`);
      return { at, record };
    });
    return seen.filter(({ record }) => record.value.id === id);
  }

  it('never early, while others of its queue go on, with reason, error, attempts and origin at the end', async () => {
    const lanes = [1_000, 5_000, 15_000];
    const failing = await platform.api.submitted('probe.run', { failTimes: 4 });
    const others: number[] = [];
    let done = false;
    const goOn = async () => {
      while (!done) {
        const began = Date.now();
        await platform.api.finished(await platform.api.submitted('probe.run', {}));
        const ended = Date.now();
        others.push(ended - began - watch.stalledWithin(began, ended));
      }
    };
    const [job] = await Promise.all([platform.api.finished(failing).finally(() => (done = true)), goOn()]);
    expect(job).toMatchObject({
      state: 'dead_lettered',
      attempt: 4,
      maxAttempts: 4,
      error: { code: 'probe_failed' },
    });
    expect(others.length).toBeGreaterThan(lanes.length);
    expect(Math.max(...others)).toBeLessThan(10_000);

    const { topics } = platform;
    const retries = await recordsOf(
      failing,
      lanes.map((delay) => topics.retry('probe', delay)),
    );
    const [dead, ...more] = await recordsOf(failing, [topics.deadLetters('probe')]);
    expect(more).toEqual([]);
    expect(dead!.record).toMatchObject({
      phase: 'dead_lettered',
      attempt: 4,
      value: {
        reason: 'exhausted',
        attempts: 4,
        error: { code: 'probe_failed' },
        origin: { topic: topics.retry('probe', 15_000) },
      },
    });

    const waits = lanes.map((delay, nth) => {
      const failed = retries.find(({ record }) => record.attempt === nth + 1)!;
      expect(failed.at.topic).toBe(topics.retry('probe', delay));
      const next = retries.find(({ record }) => record.attempt === nth + 2) ?? dead!;
      const [from, to] = [failed.at.timestamp, next.at.timestamp];
      return { delay, waited: to - from, stalledMs: watch.stalledWithin(from + delay, to) };
    });
    for (const { delay, waited, stalledMs } of waits) {
      expect(waited).toBeGreaterThanOrEqual(delay);
      expect(waited - stalledMs).toBeLessThan(delay + 2_000);
    }
    console.log(
      'lateness of retries in ms:',
      waits.map(({ delay, waited }) => `${delay}: +${waited - delay}`).join(', '),
    );
  });

  it('at once when the error says that no retry can help', async () => {
    const id = await platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' });
    expect(await platform.api.finished(id)).toMatchObject({ state: 'dead_lettered', attempt: 1 });
    const [dead] = await recordsOf(id, [platform.topics.deadLetters('probe')]);
    expect(dead!.record).toMatchObject({ value: { reason: 'non_retryable', attempts: 1 } });
  });

  it('and succeeds when a later attempt does', async () => {
    const id = await platform.api.submitted('probe.run', { failTimes: 1 });
    expect(await platform.api.finished(id)).toMatchObject({
      state: 'succeeded',
      attempt: 2,
      result: { attempt: 2 },
      error: null,
    });
  });
});
