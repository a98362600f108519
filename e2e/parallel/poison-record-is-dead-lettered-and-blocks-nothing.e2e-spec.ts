import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { decodePoison, decodeRecord, encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { eventually, Platform, readTopics, writeRecords } from '@jobstream/testing';

const good = (type = 'probe.run', payload: unknown = {}): JobRecord => ({
  run: 1,
  attempt: 1,
  phase: 'queued',
  createdAt: Date.now(),
  value: { v: 1, id: newJobId(), type, queue: 'probe', payload, priority: 'normal', maxAttempts: 4 },
});

describe('a poison record is dead-lettered with its reason and blocks nothing', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  it('written straight to the topic, before and after it good jobs of the same partition', async () => {
    const topic = platform.topics.requests('probe');
    const sound = [encodeRecord(good()), encodeRecord(good())];
    // One key, so one partition: nothing that follows poison could run if poison blocked it.
    const key = 'one-partition';
    const { headers } = sound[0]!;
    const manyHeaders = Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => [`h${n}`, '']));
    const poison = {
      malformed: { value: 'no json', headers },
      'malformed, wrong schema': { value: '{"v":1,"id":7}', headers },
      'malformed, no headers': { value: sound[0]!.value, headers: {} },
      'malformed, 6,000 headers': { value: sound[0]!.value, headers: { ...headers, ...manyHeaders } },
      'malformed, newer version': { value: sound[0]!.value.replace('"v":1', '"v":9'), headers },
      empty: { value: '', headers },
      tombstone: { value: null, headers },
      unknown_type: encodeRecord(good('nobody.knows')),
      invalid_payload: encodeRecord(good('probe.run', { sleepMs: 'long' })),
    };
    const began = performance.now();
    await writeRecords(
      [sound[0]!, ...Object.values(poison), sound[1]!].map((record) => ({ ...record, key, topic })),
    );
    for (const { value } of sound) {
      const { id } = JSON.parse(value) as { id: string };
      expect(await eventually(() => platform.api.finished(id))).toMatchObject({ state: 'succeeded' });
    }
    const reasons = await eventually(async () => {
      const letters = await readTopics([platform.topics.deadLetters('probe')]);
      expect(letters).toHaveLength(Object.keys(poison).length);
      return letters.map(({ value, headers: heads }) => {
        const job = decodeRecord(value, heads);
        const letter = decodePoison(value) ?? ('fault' in job ? undefined : job.value);
        expect(letter).toMatchObject({ origin: { topic }, error: { message: expect.any(String) } });
        return (letter as { reason: string }).reason;
      });
    });
    console.log(`poison set aside within ${Math.round(performance.now() - began)} ms:`, reasons.join(', '));
    expect(reasons.sort()).toEqual(
      Object.keys(poison)
        .map((name) => name.split(',')[0])
        .sort(),
    );
  });
});
