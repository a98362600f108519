import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeRecord, newJobId, type JobRecord } from '@jobstream/contracts';
import { eventually, Platform, writeRecords } from '@jobstream/testing';
import { AttemptLedger } from './attempt-ledger.js';

const keys = 5;
const perKey = 40;

describe('jobs of one key run in order', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  it('200 jobs over 5 keys, random durations, failures and a killed worker: n+1 starts only after n is final', async () => {
    const lines = Array.from({ length: keys }, (_, key) =>
      Array.from({ length: perKey }, (_unused, nth): JobRecord => {
        const payload = { sleepMs: (nth * 37 + key * 11) % 60, failTimes: nth % 20 === 7 ? 1 : 0 };
        return {
          run: 1,
          attempt: 1,
          phase: 'queued',
          createdAt: Date.now(),
          value: {
            v: 1,
            id: newJobId(),
            type: 'probe.run',
            queue: 'probe',
            payload,
            priority: 'normal',
            maxAttempts: 4,
            orderingKey: `key-${key}`,
          },
        };
      }),
    );
    const topic = platform.topics.requests('probe');
    await writeRecords(lines.flat().map((record) => ({ ...encodeRecord(record), topic })));

    const ledger = new AttemptLedger(platform);
    const worker = platform.one('probe-worker');
    await eventually(() => expect(ledger.ended()).toBeGreaterThan(40));
    await eventually(() => expect(ledger.running(worker)).toBeGreaterThan(0));
    await platform.crash(worker);

    for (const { value } of lines.flat()) {
      const job = await eventually(() => platform.api.finished(value.id), { timeoutMs: 90_000 });
      expect(job.state).toBe('succeeded');
    }
    const spans = ledger.spans();
    for (const line of lines) {
      const overlaps = line.slice(1).filter(({ value }, nth) => {
        const before = spans.get(line[nth]!.value.id)!;
        return spans.get(value.id)!.started < before.succeeded;
      });
      expect(overlaps).toEqual([]);
    }
    expect(ledger.rerun().size).toBeGreaterThan(0);
  });
});
