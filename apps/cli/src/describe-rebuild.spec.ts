import { describe, expect, it } from '@jest/globals';
import type { RebuildView } from '@jobstream/contracts/rest';
import { describeRebuild, describeRebuildProgress } from './describe-rebuild.js';

const id = '01a20c6e-9cd2-7d00-b1b3-c60234cdd5b0';
const rebuild: RebuildView = {
  id,
  state: 'pending',
  swap: 'when-equal',
  keepOld: true,
  why: null,
  generation: null,
  progress: { records: 0, total: 0, perSecond: null, etaSeconds: null },
  carried: 0,
  compared: 0,
  trouble: null,
  differences: null,
  failure: null,
  keptSchema: null,
  createdAt: '2026-11-24T07:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  links: { self: `/v1/rebuilds/${id}` },
};
const progress = { records: 500, total: 2_000, perSecond: 99.6, etaSeconds: 16 };

describe('a rebuild in one line', () => {
  it.each<[Partial<RebuildView>, string]>([
    [{}, 'pending  a projector is to take it'],
    [{ state: 'reading' }, 'reading   0 %  0 of 0 records, 0/s'],
    [{ state: 'reading', progress }, 'reading  25 %  500 of 2000 records, 100/s, 16 s left'],
    // Records come while it reads.
    [
      { state: 'reading', progress: { ...progress, records: 2_010, etaSeconds: 0 } },
      'reading 100 %  2010 of 2000 records, 100/s, 0 s left',
    ],
    [
      { state: 'comparing', progress, compared: 40, carried: 3, trouble: 'the broker is away' },
      'comparing  500 records read, 40 jobs compared, 3 carried over  (the broker is away)',
    ],
    [{ state: 'cancelled', progress }, 'cancelled  500 records read, 0 jobs compared, 0 carried over'],
  ])('%j', (news, line) => expect(describeRebuildProgress({ ...rebuild, ...news })).toBe(line));
});

describe('a rebuild in lines', () => {
  it('leaves out unknown values', () =>
    expect(describeRebuild(rebuild).split('\n')).toEqual([
      `id            ${id}`,
      'state         pending',
      'swap          when-equal',
      'asked for     2026-11-24T07:00:00.000Z',
      'read          0 of 0 records',
      'compared      0 jobs',
      'carried over  0 jobs',
      'differ        none',
    ]));

  it('names up to five different rows, the failure, and the rows that were kept', () => {
    const first = Array.from({ length: 7 }, (_, nth) => ({
      table: 'jobs' as const,
      key: `job ${nth}`,
      ...(nth === 0 ? { only: 'live' as const, columns: [] } : { only: null, columns: ['state', 'run'] }),
    }));
    const text = describeRebuild({
      ...rebuild,
      state: 'failed',
      why: 'a check',
      generation: 2,
      progress,
      keptSchema: 'projection_g2',
      differences: { total: 7, first },
      failure: { code: 'generations_differ', message: 'Look at both.' },
      finishedAt: '2026-11-24T07:01:00.000Z',
    });
    expect(text.split('\n')).toEqual([
      `id            ${id}`,
      'state         failed at 2026-11-24T07:01:00.000Z',
      'swap          when-equal: a check',
      'asked for     2026-11-24T07:00:00.000Z',
      'generation    2',
      'read          500 of 2000 records',
      'compared      0 jobs',
      'carried over  0 jobs',
      'differ        7 rows',
      '  jobs job 0: only live',
      ...[1, 2, 3, 4].map((nth) => `  jobs job ${nth}: state, run`),
      'failure       generations_differ: Look at both.',
      'kept          projection_g2',
    ]);
  });
});
