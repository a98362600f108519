import { describe, expect, it } from '@jest/globals';
import { healthOfQueues } from './queues-health.js';

const fine = { ok: true, detail: { joins: 1 } } as const;
const broken = { ok: false, why: 'It has not joined.', detail: { joins: 0 } } as const;

describe('healthOfQueues', () => {
  it('is the health of the only queue, as it is', () => {
    expect(healthOfQueues([['invoices', broken]])).toBe(broken);
  });

  it('is ok while all queues are, and names those that are not', () => {
    expect(healthOfQueues([])).toEqual({ ok: true, detail: {} });
    expect(
      healthOfQueues([
        ['invoices', fine],
        ['mails', fine],
      ]),
    ).toEqual({ ok: true, detail: { invoices: { joins: 1 }, mails: { joins: 1 } } });
    expect(
      healthOfQueues([
        ['invoices', fine],
        ['mails', broken],
      ]),
    ).toEqual({
      ok: false,
      why: 'mails: It has not joined.',
      detail: { invoices: { joins: 1 }, mails: { joins: 0 } },
    });
  });
});
