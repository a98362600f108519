import { describe, expect, it } from '@jest/globals';
import { judgeJoin, type CommitHistory } from './join-decision.js';
import { encodeOffsetMap } from './offset-map.js';

const commitOf = (processId: string, offset: number, commitNumber: number) => ({
  offset,
  metadata: encodeOffsetMap(offset, {
    processId,
    commitNumber,
    done: [],
    attempts: [],
    lastTime: null,
    open: [],
    orderly: false,
  }),
});
const history = (more: Partial<CommitHistory>): CommitHistory => ({
  startedFrom: null,
  acknowledged: null,
  sent: 0,
  ...more,
});

describe('judgeJoin', () => {
  it("keeps a partition whose commit is this process' last", () => {
    expect(
      judgeJoin('me', history({ acknowledged: { offset: 9, number: 3 }, sent: 3 }), commitOf('me', 9, 3)),
    ).toBe('kept');
  });

  it('keeps it when the answer to a later commit was lost', () => {
    expect(
      judgeJoin('me', history({ acknowledged: { offset: 9, number: 3 }, sent: 5 }), commitOf('me', 12, 5)),
    ).toBe('kept');
    expect(judgeJoin('me', history({ sent: 1 }), commitOf('me', 12, 1))).toBe('kept');
  });

  it('keeps it when nobody has committed since it began', () => {
    const startedFrom = commitOf('other', 7, 40);
    expect(judgeJoin('me', history({ startedFrom }), { ...startedFrom })).toBe('kept');
    expect(judgeJoin('me', history({}), null)).toBe('kept');
  });

  it('moves on from what another process has committed', () => {
    expect(
      judgeJoin('me', history({ acknowledged: { offset: 9, number: 3 }, sent: 3 }), commitOf('other', 9, 1)),
    ).toBe('moved_on');
    expect(judgeJoin('me', history({ startedFrom: commitOf('me', 5, 1) }), commitOf('other', 20, 3))).toBe(
      'moved_on',
    );
  });

  it("moves on from an own commit that is not the last: another life's", () => {
    expect(
      judgeJoin('me', history({ acknowledged: { offset: 9, number: 3 }, sent: 3 }), commitOf('me', 9, 2)),
    ).toBe('moved_on');
  });

  it('forgets everything when the commit went back or is gone', () => {
    const known = history({ acknowledged: { offset: 9, number: 3 }, sent: 3 });
    expect(judgeJoin('me', known, commitOf('other', 4, 1))).toBe('reset');
    expect(judgeJoin('me', known, null)).toBe('reset');
    expect(judgeJoin('me', history({ startedFrom: commitOf('other', 7, 1) }), null)).toBe('reset');
    expect(
      judgeJoin('me', history({ startedFrom: commitOf('other', 7, 1) }), { offset: 0, metadata: '' }),
    ).toBe('reset');
  });

  it('takes a first commit by another for progress', () => {
    expect(judgeJoin('me', history({ sent: 2 }), commitOf('other', 3, 1))).toBe('moved_on');
  });

  it('stands its ground where kafkajs wiped the commit', () => {
    expect(judgeJoin('me', history({ acknowledged: { offset: 9, number: 3 }, sent: 3 }), 'wiped')).toBe(
      'kept',
    );
  });
});
