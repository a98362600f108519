import { describe, expect, it } from '@jest/globals';
import type { JobTypeRecord } from '@jobstream/contracts/records';
import { decidePublication } from './decide-publication.js';

const record = (fingerprint: string, owner = 'shop', more: Partial<JobTypeRecord> = {}) =>
  ({
    fingerprint,
    owner,
    publishedAt: '2026-01-01T00:00:00.000Z',
    earlier: [],
    rivals: [],
    ...more,
  }) as unknown as JobTypeRecord;
const named = (fingerprint: string, owner = 'shop') => expect.objectContaining({ fingerprint, owner });

/** Workers start one after another; each decides, and the record follows. */
function play(...steps: { mine: JobTypeRecord; live?: JobTypeRecord[] }[]) {
  let standing: JobTypeRecord | undefined;
  const kinds = steps.map(({ mine, live = [] }) => {
    const decision = decidePublication(standing, mine, live);
    if ('record' in decision && decision.record) standing = decision.record;
    return decision.kind;
  });
  return { kinds, standing: standing! };
}

const [one, two] = [record('1'), record('2')];

describe('decidePublication', () => {
  it('asks who is live only where that decides', () => {
    const ask = { kind: 'ask' };
    expect(decidePublication(undefined, one, undefined)).toMatchObject({ kind: 'publish' });
    expect(decidePublication(one, one, undefined)).toMatchObject({ kind: 'stands' });
    expect(decidePublication(one, two, undefined)).toMatchObject({ kind: 'publish' });
    expect(decidePublication(one, record('1', 'warehouse'), undefined)).toEqual(ask);
    expect(decidePublication(record('2', 'shop', { earlier: [one] }), one, undefined)).toEqual(ask);
    expect(decidePublication(record('1', 'shop', { rivals: [two] }), one, undefined)).toEqual(ask);
  });

  it('publishes the first definition, and leaves the record alone while it stands', () => {
    expect(play({ mine: one }, { mine: one, live: [one] }).kinds).toEqual(['publish', 'stands']);
  });

  it('lets the newest definition win, and remembers the one before', () => {
    const { kinds, standing } = play({ mine: one }, { mine: two, live: [one] });
    expect(kinds).toEqual(['publish', 'publish']);
    expect(standing).toMatchObject({ fingerprint: '2', earlier: [named('1')] });
  });

  it('does not let a worker of the deploy before take the type back when it restarts', () => {
    const { kinds, standing } = play({ mine: one }, { mine: two, live: [one] }, { mine: one, live: [two] });
    expect(kinds.at(-1)).toBe('older');
    expect(standing.fingerprint).toBe('2');
  });

  it('lets a rollback win once nobody serves the newer definition', () => {
    const { kinds, standing } = play({ mine: one }, { mine: two }, { mine: one, live: [one] });
    expect(kinds.at(-1)).toBe('publish');
    expect(standing).toMatchObject({ fingerprint: '1', earlier: [named('2')] });
  });

  it('keeps the definition of the first owner, and names another one as a rival, once', () => {
    const other = record('9', 'warehouse');
    const { kinds, standing } = play(
      { mine: one },
      { mine: other, live: [one] },
      { mine: other, live: [one] },
    );
    expect(kinds).toEqual(['publish', 'contested', 'contested']);
    expect(standing).toMatchObject({ fingerprint: '1', owner: 'shop', rivals: [named('9', 'warehouse')] });
  });

  it('forgets a rival that is gone when a worker of the owner starts', () => {
    const other = record('9', 'warehouse');
    const { kinds, standing } = play({ mine: one }, { mine: other, live: [one] }, { mine: one, live: [one] });
    expect([kinds.at(-1), standing.rivals]).toEqual(['publish', []]);
  });

  it('lets another owner take over a type that nobody serves', () => {
    const { kinds, standing } = play({ mine: one }, { mine: record('1', 'warehouse') });
    expect(kinds.at(-1)).toBe('publish');
    expect(standing).toMatchObject({ owner: 'warehouse', earlier: [named('1')] });
  });

  it('remembers a bounded past', () => {
    const steps = Array.from({ length: 40 }, (_, nth) => ({ mine: record(String(nth)) }));
    expect(play(...steps).standing.earlier).toHaveLength(20);
  });
});
