import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

const keys = 5;
const perKey = 40;

describe('jobs of one key run in order', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  it('200 jobs over 5 keys, random durations, failures and a killed worker: n+1 starts only after n is final', async () => {
    const items = Array.from({ length: keys * perKey }, (_, index) => {
      const [key, nth] = [index % keys, Math.floor(index / keys)];
      const payload = { sleepMs: (nth * 37 + key * 11) % 60, failTimes: nth % 20 === 7 ? 1 : 0 };
      return { type: 'probe.run', payload, orderingKey: `key-${key}` };
    });
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    expect(body).toMatchObject({ accepted: items.length, rejected: 0 });
    const ids = body.items.map(({ id }) => id);
    const lines = Array.from({ length: keys }, (_, key) => ids.filter((_id, index) => index % keys === key));

    const ledger = new AttemptLedger(platform);
    const worker = platform.one('probe-worker');
    await eventually(() => expect(ledger.ended()).toBeGreaterThan(40));
    await eventually(() => expect(ledger.running(worker)).toBeGreaterThan(0));
    await platform.crash(worker);

    for (const id of ids) {
      const job = await eventually(() => platform.api.finished(id));
      expect(job.state).toBe('succeeded');
    }
    const spans = ledger.spans();
    for (const line of lines) {
      const overlaps = line
        .slice(1)
        .filter((id, nth) => spans.get(id)!.started < spans.get(line[nth]!)!.succeeded);
      expect(overlaps).toEqual([]);
    }
    expect(ledger.rerun().size).toBeGreaterThan(0);
    console.log(`${ids.length} jobs over ${keys} keys in order, ${ledger.rerun().size} rerun after a kill`);
  });

  it('422 for a priority beside the key, and for a key that is none', async () => {
    const job = { type: 'probe.run', payload: {}, orderingKey: 'key' };
    const answers = await Promise.all([
      platform.api.post('/v1/jobs', { ...job, priority: 'high' }),
      platform.api.post('/v1/jobs', { ...job, orderingKey: '' }),
      platform.api.post('/v1/jobs', { ...job, orderingKey: 'k'.repeat(257) }),
    ]);
    expect(answers.map(({ status, body }) => [status, (body.errors as Fault[])[0]!.pointer])).toEqual([
      [422, '/priority'],
      [422, '/orderingKey'],
      [422, '/orderingKey'],
    ]);
  });
});
