import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, maxBodyBytes, newJobId } from '@jobstream/contracts';
import { decodeRecord, traceparentOf, type EncodedRecord } from '@jobstream/contracts/records';
import { acceptedJobSchema } from '@jobstream/contracts/rest';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { z } from 'zod';
import { IntakeError } from './intake-error.js';
import {
  checkSubmission,
  describeAccepted,
  drawJob,
  type CheckedJob,
  type DrawnJob,
  type RequestMarks,
} from './job-request.js';
import { findSubmittable, typeOfDefinition } from './submittable-type.js';

const now = Date.UTC(2026, 0, 1);
const clock = { now: () => now };
const shipped = JobTypeBook.of(jobDefinitions);
const find = (type: string) => findSubmittable(shipped, type);

function checked(submission: unknown): CheckedJob {
  const result = checkSubmission(submission, clock, find);
  if (result instanceof IntakeError) throw result;
  return result;
}

/** A submission that would be fine without these fields. */
function at(fields: object): object {
  return { type: 'probe.run', payload: {}, ...fields };
}

function drawn(job: CheckedJob, id: string, marks?: RequestMarks): DrawnJob {
  const result = drawJob(job, id, marks);
  if (result instanceof IntakeError) throw result;
  return result;
}

function readBack({ value, headers }: EncodedRecord) {
  return decodeRecord(Buffer.from(value), headers);
}

describe('the check of a submission', () => {
  it('fills in the defaults of the payload', () => {
    expect(checked({ type: 'image.thumbnail', payload: { imageId: 'a' } }).payload).toEqual({
      imageId: 'a',
      width: 300,
      height: 300,
      fit: 'cover',
    });
  });

  it.each([
    ['no object', null, 'invalid_request', ['']],
    ['a list', [], 'invalid_request', ['']],
    ['text', 'x', 'invalid_request', ['']],
    ['nothing in it', {}, 'invalid_request', ['/type', '/payload']],
    ['an unknown field', { type: 'probe.run', payload: {}, retries: 9 }, 'invalid_request', ['/retries']],
    ['an unknown type', { type: 'no.such', payload: {} }, 'unknown_type', ['/type']],
    ['a type from a prototype', { type: 'constructor', payload: {} }, 'unknown_type', ['/type']],
    ['a type that is no text', { type: 1, payload: {} }, 'invalid_request', ['/type']],
    [
      'an empty submittedFor',
      { type: 'probe.run', payload: {}, submittedFor: '' },
      'invalid_request',
      ['/submittedFor'],
    ],
    [
      'a duration that is none',
      { type: 'probe.run', payload: {}, expiresIn: 'soon' },
      'invalid_request',
      ['/expiresIn'],
    ],
    [
      'no time to start in',
      { type: 'probe.run', payload: {}, expiresIn: '0s' },
      'invalid_request',
      ['/expiresIn'],
    ],
    [
      'centuries',
      { type: 'probe.run', payload: {}, expiresIn: '999999999d' },
      'invalid_request',
      ['/expiresIn'],
    ],
    [
      'both delay and runAt',
      at({ delay: '1m', runAt: '2026-02-01T00:00:00Z' }),
      'invalid_request',
      ['/runAt'],
    ],
    ['a negative delay', at({ delay: '-1m' }), 'invalid_request', ['/delay']],
    ['a delay of over ten years', at({ delay: '3654d' }), 'invalid_request', ['/delay']],
    ['a time that is none', at({ runAt: 'tomorrow' }), 'invalid_request', ['/runAt']],
    ['a time in over ten years', at({ runAt: '2036-01-05T00:00:00Z' }), 'invalid_request', ['/runAt']],
    ['an end before the time', at({ delay: '1h', expiresIn: '30m' }), 'invalid_request', ['/expiresIn']],
    ['an unknown priority', at({ priority: 'urgent' }), 'invalid_request', ['/priority']],
    ['a priority out of range', at({ priority: 10 }), 'invalid_request', ['/priority']],
    [
      'a priority where there is one lane',
      { type: 'image.thumbnail', payload: { imageId: 'a' }, priority: 'high' },
      'invalid_request',
      ['/priority'],
    ],
    [
      'a priority beside an ordering key',
      { type: 'daily-stats', payload: {}, priority: 'high', orderingKey: 'k' },
      'invalid_request',
      ['/priority'],
    ],
    ['an empty ordering key', at({ orderingKey: '' }), 'invalid_request', ['/orderingKey']],
    ['an endless ordering key', at({ orderingKey: 'k'.repeat(257) }), 'invalid_request', ['/orderingKey']],
    ['a payload that is no object', { type: 'probe.run', payload: 3 }, 'invalid_payload', ['/payload']],
    [
      'faults in the payload',
      { type: 'probe.run', payload: { sleepMs: -1, cpuMs: 'x', more: 1 } },
      'invalid_payload',
      ['/payload/more', '/payload/sleepMs', '/payload/cpuMs'],
    ],
  ])('%s', (_, submission, code, pointers) => {
    const error = checkSubmission(submission, clock, find) as IntakeError;
    expect(error).toBeInstanceOf(IntakeError);
    expect(error.code).toBe(code);
    expect(error.details.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('shows at most 200 characters of an unknown type', () => {
    const error = checkSubmission({ type: 'x'.repeat(100_000), payload: {} }, clock, find) as IntakeError;
    expect(error.message.length).toBeLessThan(400);
  });
});

describe('the request of a job', () => {
  const job = checked({ type: 'probe.run', payload: { note: 'hello' }, submittedFor: 'ada' });

  it('is a record of the wire format', () => {
    const id = newJobId();
    const { record, createdAt } = drawn(job, id);
    expect(record.key).toBe(id);
    expect(readBack(record)).toMatchObject({
      run: 1,
      attempt: 1,
      phase: 'queued',
      createdAt,
      value: {
        id,
        type: 'probe.run',
        queue: 'probe',
        submittedFor: 'ada',
        maxAttempts: 4,
        priority: 'normal',
      },
    });
  });

  it('is dated by the time in its id', () => {
    const before = Date.now();
    const { createdAt } = drawn(job, newJobId());
    expect(createdAt).toBeGreaterThanOrEqual(before);
    expect(createdAt).toBeLessThanOrEqual(Date.now() + 1);
    expect(drawn(job, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f').createdAt).toBe(
      Date.UTC(2022, 1, 22, 19, 22, 22),
    );
  });

  it('expires its time after its creation', () => {
    const expiring = checked({ type: 'probe.run', payload: {}, expiresIn: '10m' });
    const { request } = drawn(expiring, '017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
    expect(request.expiresAt).toBe('2022-02-22T19:32:22.000Z');
  });

  describe('that is not due at once', () => {
    const id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
    const draw = (fields: object) => drawn(checked(at(fields)), id);

    it('waits for its delay, counted from its creation', () => {
      const job = draw({ delay: '10m' });
      expect(job.request).toMatchObject({ runAt: '2022-02-22T19:32:22.000Z' });
      expect(readBack(job.record)).toEqual(
        expect.objectContaining({ phase: 'scheduled', attempt: 1, value: job.request }),
      );
      expect(describeAccepted(job).state).toBe('scheduled');
    });

    it('waits for its time, in whatever zone that was written', () => {
      expect(draw({ runAt: '2022-02-22T21:00:00+01:00' }).request).toMatchObject({
        runAt: '2022-02-22T20:00:00.000Z',
      });
    });

    it.each([{ delay: '0s' }, { runAt: '2022-02-22T19:22:22Z' }, { runAt: '1999-01-01T00:00:00Z' }])(
      'is queued when its time is past: %j',
      (fields) => {
        const job = draw(fields);
        expect([readBack(job.record), describeAccepted(job).state]).toMatchObject([
          { phase: 'queued' },
          'queued',
        ]);
        expect(job.request).not.toHaveProperty('runAt');
      },
    );
  });

  it.each([
    ['high', 'high'],
    [0, 'high'],
    [3, 'high'],
    [4, 'normal'],
    [6, 'normal'],
    [7, 'low'],
    [9, 'low'],
    [undefined, 'normal'],
  ])('of priority %s is %s', (priority, name) => {
    const job = checked({ type: 'cleanup-old-files', payload: {}, priority });
    expect(drawn(job, newJobId()).request.priority).toBe(name);
  });

  it('is the same record, with the same answer, for the same id', () => {
    const id = newJobId();
    expect(drawn(job, id)).toEqual(drawn(job, id));
    expect(describeAccepted(drawn(job, id))).toEqual(describeAccepted(drawn(job, id)));
  });

  it('has an answer as the contract says', () => {
    const id = newJobId();
    const answer = describeAccepted(drawn(job, id));
    expect(acceptedJobSchema.parse(answer)).toEqual(answer);
    expect(answer.links.self).toBe(`/v1/jobs/${id}`);
  });

  it('has the given trace, or one with its id as the trace id', () => {
    const id = newJobId();
    const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(readBack(drawn(job, id, { traceparent: given }).record)).toMatchObject({ traceparent: given });
    expect(readBack(drawn(job, id).record)).toMatchObject({ traceparent: traceparentOf(id) });
    expect(traceparentOf(id).split('-')[1]).toBe(id.replaceAll('-', ''));
  });

  it('is marked as claimed only when it may come again', () => {
    const id = newJobId();
    expect(readBack(drawn(job, id, { claimed: true }).record)).toMatchObject({ claimed: true });
    expect(readBack(drawn(job, id, { claimed: false }).record)).not.toHaveProperty('claimed');
    expect(readBack(drawn(job, id).record)).not.toHaveProperty('claimed');
  });

  it('may be as large as a body, and no larger', () => {
    const fill = (bytes: number) => {
      const submission = { type: 'probe.run', payload: { note: '' } };
      submission.payload.note = 'x'.repeat(bytes - JSON.stringify(submission).length);
      return { ...job, submission, payload: submission.payload };
    };
    expect(drawJob(fill(maxBodyBytes), newJobId())).not.toBeInstanceOf(IntakeError);
    expect(drawJob(fill(maxBodyBytes + 1), newJobId())).toMatchObject({ code: 'item_too_large' });
  });

  it('is refused when it nests too deeply to be read back', () => {
    const nested = (depth: number) => {
      const payload = JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
      return drawJob({ ...job, payload, submission: {} }, newJobId());
    };
    expect(readBack((nested(999) as DrawnJob).record)).toMatchObject({ phase: 'queued' });
    expect(nested(1_000)).toMatchObject({ code: 'invalid_payload' });
  });
});

describe('the ordering key of a job', () => {
  const queue = defineQueue('print', { priorities: true });
  const page = defineJob({
    type: 'print.page',
    queue,
    payload: z.strictObject({ printer: z.string().default('hall') }),
    result: z.null(),
    orderBy: 'printer',
  });
  const check = (fields: object) =>
    checkSubmission({ type: page.type, payload: {}, ...fields }, clock, () => typeOfDefinition(page));

  it('follows from the payload with its defaults; one in the request wins', () => {
    expect(check({})).toMatchObject({ orderingKey: 'hall', priority: 'normal' });
    expect(check({ payload: { printer: 'attic' } })).toMatchObject({ orderingKey: 'attic' });
    expect(check({ orderingKey: 'mine' })).toMatchObject({ orderingKey: 'mine' });
  });

  it('is the key of the record, also while it waits for its time', () => {
    for (const fields of [{}, { delay: '1h' }]) {
      const { record, request } = drawn(check(fields) as CheckedJob, newJobId());
      expect(record.key).toBe('hall');
      expect(request.orderingKey).toBe('hall');
    }
  });

  it('has 1 to 256 characters, and excludes a priority', () => {
    for (const printer of ['', 'x'.repeat(257)]) {
      expect(check({ payload: { printer } })).toMatchObject({
        code: 'invalid_payload',
        details: { errors: [{ pointer: '/payload/printer' }] },
      });
    }
    expect(check({ priority: 'high' })).toMatchObject({
      code: 'invalid_request',
      details: { errors: [{ pointer: '/priority' }] },
    });
  });
});
