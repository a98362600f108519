import { describe, expect, it } from '@jest/globals';
import { batchAnswerSchema, maxBatchItems, newJobId, type ProblemCode } from '@jobstream/contracts';
import { answerBatch, checkBatch } from './batch.js';
import { IntakeError } from './intake-error.js';

const probe = { type: 'probe.run', payload: {} };

function thrownBy(act: () => unknown): IntakeError {
  try {
    act();
  } catch (error) {
    return error as IntakeError;
  }
  throw new Error('Nothing was thrown.');
}

describe('checking a batch', () => {
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

  it('refuses a batch of which no item passes, and points at each fault', () => {
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

  it('takes as many items as it may, and no more', () => {
    expect(checkBatch({ items: Array(maxBatchItems).fill(probe) })).toHaveLength(maxBatchItems);
    expect(thrownBy(() => checkBatch({ items: Array(maxBatchItems + 1).fill(probe) })).code).toBe(
      'too_many_items',
    );
  });
});

describe('the answer to a batch', () => {
  const error = (code: ProblemCode) => new IntakeError(code, code);

  it('tells of each item, in order', () => {
    const [first, third] = [newJobId(), newJobId()];
    const unknown = new IntakeError('submit_unknown', 'Not confirmed.', { id: newJobId() });
    const answer = answerBatch([first, unknown, third]);
    expect(answer).toEqual({
      accepted: 2,
      rejected: 1,
      items: [
        { index: 0, id: first },
        { index: 1, error: { code: 'submit_unknown', detail: 'Not confirmed.', id: unknown.details.id } },
        { index: 2, id: third },
      ],
    });
    expect(batchAnswerSchema.parse(answer)).toEqual(answer);
  });

  it.each<[ProblemCode, ProblemCode[]]>([
    ['submit_unknown', ['invalid_payload', 'broker_unavailable', 'submit_unknown', 'broker_unavailable']],
    ['broker_unavailable', ['invalid_payload', 'broker_unavailable', 'broker_refused']],
    ['broker_refused', ['item_too_large', 'broker_refused']],
    ['item_too_large', ['item_too_large']],
  ])('is the problem %s when nothing was accepted', (code, codes) => {
    const thrown = thrownBy(() => answerBatch(codes.map(error)));
    expect(thrown.code).toBe(code);
    expect(thrown.details.items).toHaveLength(codes.length);
  });
});
