import { describe, expect, it } from '@jest/globals';
import { filterOf, mayBeUnfinished, readFilter } from './job-filter.js';

const now = Date.UTC(2026, 0, 2, 12);

describe('the filter of jobs', () => {
  it('is read from the URL, without what is empty or not its own', () => {
    const query = new URLSearchParams('state=running&type=&for=ada&cursor=x&since=2h');
    expect(filterOf(query)).toEqual({ state: 'running', for: 'ada', since: '2h' });
  });

  it('becomes the conditions of the API, times counted back from now', () => {
    const filter = {
      state: 'dead_lettered',
      type: 'image.thumbnail',
      queue: 'image',
      for: 'ada',
      since: '2h',
    };
    expect(readFilter(filter, now)).toEqual({
      conditions: {
        state: 'dead_lettered',
        type: 'image.thumbnail',
        queue: 'image',
        submittedFor: 'ada',
        since: new Date(now - 7_200_000),
      },
      faults: {},
    });
  });

  it.each([
    ['2026-01-02', Date.UTC(2026, 0, 2)],
    ['2026-01-02T10:00Z', Date.UTC(2026, 0, 2, 10)],
    ['2026-01-02T10:00', Date.UTC(2026, 0, 2, 10)],
    ['2026-01-02T10:00+02:00', Date.UTC(2026, 0, 2, 8)],
    ['15m', now - 900_000],
  ])('takes a time as %s', (until, ms) => {
    expect(readFilter({ until }, now)).toEqual({ conditions: { until: new Date(ms) }, faults: {} });
  });

  it('names each field that it can not take, and leaves it out', () => {
    const { conditions, faults } = readFilter({ state: 'lost', since: 'soon', until: '1y', queue: 'a' }, now);
    expect(conditions).toEqual({ queue: 'a' });
    expect(Object.keys(faults)).toEqual(['state', 'since', 'until']);
  });

  it('takes a filter as one text as it is, and leaves it out where it can not be read', () => {
    expect(readFilter({ q: 'run:>1' }, now)).toEqual({ conditions: { q: 'run:>1' }, faults: {} });
    expect(readFilter({ q: 'run:>1 x', queue: 'a' }, now)).toEqual({
      conditions: { queue: 'a' },
      faults: { q: expect.stringMatching(/^Column 8: /) },
    });
  });

  it('knows whether there may be something to cancel', () => {
    expect([{}, { state: 'queued' }, { state: 'expired' }].map(mayBeUnfinished)).toEqual([true, true, false]);
  });
});
