import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NotedEntry } from './noted-entry.js';
import { isRefusal, RefusalTally, tallyMs } from './refusal-tally.js';

const entryOf = (more: Partial<NotedEntry> = {}): NotedEntry => ({
  who: 'web',
  keyId: null,
  action: 'POST /v1/jobs',
  target: '/v1/jobs',
  requestId: '/requests/1',
  status: 422,
  ...more,
});

describe('refusals in the audit', () => {
  it('make one entry and one count a minute for each key, action and status', () => {
    const tally = new RefusalTally();
    const kinds = [
      {},
      { status: 403 },
      { action: 'POST /reports' },
      { keyId: '01890a5d-ac96-774b-bcce-b302099a8057' },
    ];
    for (const kind of kinds) expect(tally.isFirst(entryOf(kind), 0)).toBe(true);
    for (let nth = 0; nth < 999; nth++)
      expect(tally.isFirst(entryOf({ requestId: `/requests/${nth}` }), nth)).toBe(false);
    expect(tally.take(tallyMs - 1)).toEqual([]);
    expect(tally.take(tallyMs)).toEqual([entryOf({ requestId: '/requests/998', target: '999 more' })]);
    expect(tally.isEmpty).toBe(true);
    expect(tally.isFirst(entryOf(), tallyMs)).toBe(true);
  });

  it('are all counted, in few entries under any load', () => {
    const refusals = fc.array(
      fc.record({ status: fc.constantFrom(400, 403, 404, 409, 422, 503), after: fc.nat(30_000) }),
    );
    fc.assert(
      fc.property(refusals, (given) => {
        const tally = new RefusalTally();
        let [now, entries, counted] = [0, 0, 0];
        const take = () => {
          for (const { target } of tally.take(now))
            [entries, counted] = [entries + 1, counted + parseInt(target)];
        };
        for (const { status, after } of given) {
          now += after;
          take();
          if (tally.isFirst(entryOf({ status }), now)) [entries, counted] = [entries + 1, counted + 1];
        }
        now += tallyMs;
        take();
        expect(counted).toBe(given.length);
        expect(entries).toBeLessThanOrEqual(2 * 6 * (1 + now / tallyMs));
      }),
    );
  });

  it('are bounded in memory', () => {
    const tally = new RefusalTally();
    for (let nth = 0; nth < 20_000; nth++)
      expect(tally.isFirst(entryOf({ action: `POST /${nth}` }), 0)).toBe(true);
    expect(tally.isFirst(entryOf({ action: 'POST /0' }), 0)).toBe(false);
    expect(tally.isFirst(entryOf({ action: 'POST /19999' }), 0)).toBe(true);
  });

  it('leave out answers to a change, and answers to strangers', () => {
    const statuses = [200, 202, 204, 304, 400, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504];
    expect(statuses.filter((status) => isRefusal({ status }))).toEqual([
      400, 403, 404, 409, 413, 422, 429, 503,
    ]);
  });
});
