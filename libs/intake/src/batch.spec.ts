import { describe, expect, it } from '@jest/globals';
import { maxBatchItems, newJobId } from '@jobstream/contracts';
import { batchAnswerSchema, type ProblemCode } from '@jobstream/contracts/rest';
import { answerBatch, checkBatch as checkBatchAt, type BatchChecks } from './batch.js';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { IntakeError } from './intake-error.js';
import { findSubmittable } from './submittable-type.js';

const shipped = JobTypeBook.of(jobDefinitions);
const checkBatch = (batch: unknown, checks?: BatchChecks) =>
  checkBatchAt(batch, { now: () => 0 }, (type) => findSubmittable(shipped, type), checks);

const probe = { type: 'probe.run', payload: {} };

function thrownBy(act: () => unknown): IntakeError {
  try {
    act();
  } catch (error) {
    return error as IntakeError;
  }
  throw new Error('Nothing was thrown.');
}

describe('the check of a batch', () => {
  it('keeps faulty items apart from good ones', () => {
    const items = checkBatch({ items: [probe, { type: 'no.such', payload: 1 }, probe, 7] });
    expect(items.map((item) => (item instanceof IntakeError ? item.code : 'ok'))).toEqual([
      'ok',
      'unknown_type',
      'ok',
      'invalid_request',
    ]);
  });

  it.each([
    ['nothing', undefined, ['']],
    ['a list', [probe], ['']],
    ['no items', {}, ['/items']],
    ['an empty list', { items: [] }, ['/items']],
    ['more than items', { items: [probe], dryRun: true }, ['/dryRun']],
    ['items that are no list', { items: 'all' }, ['/items']],
  ])('refuses %s', (_, batch, pointers) => {
    const error = thrownBy(() => checkBatch(batch));
    expect(error.code).toBe('invalid_request');
    expect(error.details.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  it('refuses a batch without a valid item, and points at each fault', () => {
    const error = thrownBy(() =>
      checkBatch({
        items: [
          { ...probe, x: 1 },
          { ...probe, payload: { sleepMs: 'y' } },
        ],
      }),
    );
    expect(error.code).toBe('invalid_request');
    expect(error.details.errors?.map(({ pointer }) => pointer)).toEqual([
      '/items/0/x',
      '/items/1/payload/sleepMs',
    ]);
  });

  it('reports at most a hundred faults', () => {
    const unknown = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`x${n}`, n]));
    const faulty = { ...probe, ...unknown };
    const items = checkBatch({ items: [probe, ...Array<unknown>(5_000).fill(faulty)] });
    const errors = items.flatMap((item) =>
      item instanceof IntakeError ? [item.details.errors?.length] : [],
    );
    expect(errors).toEqual([60, 40, ...Array<undefined>(4_998).fill(undefined)]);
    expect(items.at(-1)).toMatchObject({ message: 'There are 60 faults in the submission.' });
    const { errors: all = [] } = thrownBy(() => checkBatch({ items: Array(5_000).fill(faulty) })).details;
    expect(all).toHaveLength(100);
    expect(all.at(-1)!.detail).toContain(`${5_000 * 60 - 99} more`);
  });

  it('refuses an item with a misread value, or the batch when no item has it', () => {
    const misread = ['/items/1/payload/n', '/items/1/m', '/items/10'].map((pointer) => ({
      pointer,
      detail: 'It would change.',
    }));
    const items = checkBatch({ items: Array(11).fill(probe) }, { misread });
    const faults = items.map((item) => item instanceof IntakeError && item.details.errors);
    expect(faults.map((each) => each && each.map(({ pointer }) => pointer))).toEqual(
      Array.from({ length: 11 }, (_, n) => ({ 1: ['/payload/n', '/m'], 10: [''] })[n] ?? false),
    );
    for (const pointer of ['', '/items', '/other', '/items/x'])
      expect(
        thrownBy(() => checkBatch({ items: [probe] }, { misread: [{ pointer, detail: '' }] })),
      ).toMatchObject({ code: 'invalid_request', details: { errors: [{ pointer }] } });
  });

  it('gives an answer of bounded size, whatever the items hold', () => {
    const long = 'x'.repeat(2_000);
    const faulty = { type: long, [long]: 1, payload: { [long]: 1 } };
    const items = checkBatch({ items: [probe, ...Array<unknown>(maxBatchItems - 1).fill(faulty)] });
    const answer = answerBatch(
      items.map((item) => (item instanceof IntakeError ? item : { id: newJobId() })),
    );
    expect(JSON.stringify(answer).length).toBeLessThan(5 * 1024 * 1024);
  });

  it('takes the maximum of items, and no more', () => {
    expect(checkBatch({ items: Array(maxBatchItems).fill(probe) })).toHaveLength(maxBatchItems);
    expect(thrownBy(() => checkBatch({ items: Array(maxBatchItems + 1).fill(probe) })).code).toBe(
      'too_many_items',
    );
  });
});

describe('the answer to a batch', () => {
  const error = (code: ProblemCode) => new IntakeError(code, code);

  it('has the result of each item, in order', () => {
    const [first, third] = [newJobId(), newJobId()];
    const unknown = new IntakeError('submit_unknown', 'Not confirmed.', { id: newJobId() });
    const answer = answerBatch([{ id: first }, unknown, { id: third, existing: true }]);
    expect(answer).toEqual({
      accepted: 2,
      rejected: 1,
      items: [
        { index: 0, id: first },
        { index: 1, error: { code: 'submit_unknown', detail: 'Not confirmed.', id: unknown.details.id } },
        { index: 2, id: third, existing: true },
      ],
    });
    expect(batchAnswerSchema.parse(answer)).toEqual(answer);
  });

  it.each<[ProblemCode, ProblemCode[]]>([
    ['submit_unknown', ['invalid_payload', 'broker_unavailable', 'submit_unknown', 'broker_unavailable']],
    ['broker_unavailable', ['invalid_payload', 'broker_unavailable', 'broker_refused']],
    ['broker_refused', ['item_too_large', 'broker_refused']],
    ['item_too_large', ['item_too_large']],
  ])('is the problem %s when no item was accepted', (code, codes) => {
    const thrown = thrownBy(() => answerBatch(codes.map(error)));
    expect(thrown.code).toBe(code);
    expect(thrown.details.items).toHaveLength(codes.length);
  });
});
