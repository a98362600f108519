import { describe, expect, it } from '@jest/globals';
import { intervalOfRate, queueLimitsSchema } from '@jobstream/contracts';
import { limitRulesOf } from './limit-rule.js';

const limits = {
  rate: '50/s',
  concurrency: 4,
  perKey: { field: 'customer', rate: '60/m', concurrency: 1 },
};

describe('the limit rules of a job', () => {
  it('have the key before the queue, and concurrency before rates', () => {
    expect(limitRulesOf('mail', limits, { customer: 'ada' })).toEqual([
      { kind: 'concurrency', id: 'mail/customer=ada', max: 1 },
      { kind: 'concurrency', id: 'mail', max: 4 },
      { kind: 'rate', id: 'mail/customer=ada@60/m', rate: '60/m', intervalMs: 1_000 },
      { kind: 'rate', id: 'mail@50/s', rate: '50/s', intervalMs: 20 },
    ]);
  });

  it.each([[{}], [{ customer: null }], [null], ['customer'], [Object.create({ customer: 'ada' })]])(
    'have the queue alone when the payload has no key: %j',
    (payload) => {
      expect(limitRulesOf('mail', limits, payload).map(({ id }) => id)).toEqual(['mail', 'mail@50/s']);
    },
  );

  it('name a key by its value, a long one by its hash', () => {
    const idOf = (customer: unknown) =>
      limitRulesOf('mail', { perKey: { field: 'customer', concurrency: 1 } }, { customer })[0]!.id;
    expect(idOf(7)).toBe('mail/customer=7');
    expect(idOf({ b: 1 })).toBe('mail/customer={"b":1}');
    expect(idOf('x'.repeat(100_000)).length).toBeLessThan(100);
    expect(idOf('x'.repeat(100_000))).not.toBe(idOf('x'.repeat(100_001)));
    expect(idOf('a\0b')).not.toContain('\0');
  });

  it('are empty when the queue has no limits', () =>
    expect(limitRulesOf('mail', {}, { customer: 'ada' })).toEqual([]));
});

describe('the schema of limits', () => {
  it.each(['0/s', '-1/s', '1.5/s', '50', '50/d', '/s', '99999999/s', ' 5/s'])(
    'refuses the rate %j',
    (rate) => {
      expect(queueLimitsSchema.safeParse({ rate }).success).toBe(false);
      expect(() => intervalOfRate(rate)).toThrow(RangeError);
    },
  );

  it.each([
    { concurrency: 0 },
    { concurrency: -4 },
    { concurrency: 1.5 },
    { concurrency: '4' },
    { perKey: { field: 'customer' } },
    { perKey: { field: '', rate: '1/s' } },
    { perKey: { rate: '1/s' } },
    { parallel: 4 },
    [],
    null,
  ])('refuses %j', (limits) => expect(queueLimitsSchema.safeParse(limits).success).toBe(false));
});
