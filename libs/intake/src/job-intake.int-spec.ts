import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveJobId, newJobId, Topics } from '@jobstream/contracts';
import type { BatchAnswer } from '@jobstream/contracts/rest';
import { KafkaConnection, RecordProducer } from '@jobstream/kafka';
import { AcceptedJobs } from './accepted-jobs.js';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { JobIntake } from './job-intake.js';
import { StackFixture } from './stack.fixture-spec.js';

const probe = { type: 'probe.run', payload: {} };

describe('intake on a real broker', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('answers once the job is in the log, and remembers it', async () => {
    const before = await stack.requests('probe');
    const answer = await stack.intake.submit({ ...probe, submittedFor: 'ada' });
    expect(answer).toMatchObject({ type: 'probe.run', queue: 'probe', state: 'queued', run: 1 });
    expect(await stack.requests('probe')).toBe(before + 1);
    expect(stack.accepted.find(answer.id)?.request).toMatchObject({ id: answer.id, submittedFor: 'ada' });
  });

  it('produces no record of a submission with faults', async () => {
    const before = await stack.requests('probe');
    await expect(stack.intake.submit({ ...probe, payload: { sleepMs: 'x' } })).rejects.toMatchObject({
      code: 'invalid_payload',
    });
    expect(await stack.requests('probe')).toBe(before);
  });

  it('produces the good items of a batch under ids of the seed', async () => {
    const before = await stack.requests('probe');
    const seed = newJobId();
    const answer = await stack.intake.acceptBatch(
      stack.intake.checkBatch({ items: [probe, 7, probe] }),
      seed,
    );
    expect(answer).toMatchObject({ accepted: 2, rejected: 1 });
    expect(answer.items).toEqual([
      { index: 0, id: deriveJobId(seed, '0') },
      { index: 1, error: expect.objectContaining({ code: 'invalid_request' }) },
      { index: 2, id: deriveJobId(seed, '2') },
    ]);
    expect(await stack.requests('probe')).toBe(before + 2);
  });

  it('takes a batch of 10,000 items', async () => {
    const before = await stack.requests('probe');
    const answer: BatchAnswer = await stack.intake.submitBatch({ items: Array(10_000).fill(probe) });
    expect(answer).toMatchObject({ accepted: 10_000, rejected: 0 });
    expect(await stack.requests('probe')).toBe(before + 10_000);
  });
});

describe('intake without a broker', () => {
  const producer = new RecordProducer(new KafkaConnection({ brokers: ['127.0.0.1:1'], clientId: 'test' }), {
    deadlineMs: 300,
  });
  const accepted = new AcceptedJobs();
  const intake = new JobIntake({
    producer,
    topics: new Topics('nowhere'),
    jobTypes: JobTypeBook.of(jobDefinitions),
    accepted,
  });
  beforeAll(() => producer.start());
  afterAll(() => producer.stop());

  it('answers that the broker is unavailable, and remembers no job', async () => {
    const id = newJobId();
    await expect(intake.accept(intake.check(probe), id)).rejects.toMatchObject({
      code: 'broker_unavailable',
    });
    expect(accepted.find(id)).toBeUndefined();
  });

  it('dates no job without the time, and still reports the faults of a submission', async () => {
    const away = { code: 'broker_unavailable' };
    await expect(intake.drawId()).rejects.toMatchObject(away);
    await expect(intake.submit(probe)).rejects.toMatchObject(away);
    await expect(intake.submitBatch({ items: [probe] })).rejects.toMatchObject(away);
    const thrown = (submission: unknown) => expect(() => intake.check(submission));
    thrown({ ...probe, runAt: new Date().toISOString() }).toThrow(expect.objectContaining(away));
    thrown({ ...probe, payload: 7 }).toThrow(expect.objectContaining({ code: 'invalid_payload' }));
  });

  it('reports each item of a batch', async () => {
    const batch = intake.checkBatch({ items: [probe, 7] });
    await expect(intake.acceptBatch(batch, newJobId())).rejects.toMatchObject({
      code: 'broker_unavailable',
      details: {
        items: [
          { index: 0, error: { code: 'broker_unavailable' } },
          { index: 1, error: { code: 'invalid_request' } },
        ],
      },
    });
  });
});
