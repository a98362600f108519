import { describe, expect, it } from '@jest/globals';
import { encodeOffsetMap, type OffsetMap } from './offset-map.js';
import { judgeTakeover } from './takeover.js';

const commitOf = (map: Partial<OffsetMap>) => ({
  offset: 5,
  metadata: encodeOffsetMap(5, {
    processId: 'other',
    commitNumber: 1,
    done: [],
    attempts: [],
    lastTime: null,
    open: [
      { offset: 5, deaths: undefined },
      { offset: 8, deaths: 0 },
      { offset: 9, deaths: 2 },
    ],
    orderly: false,
    ...map,
  }),
});

describe('judgeTakeover', () => {
  it('suspects all that another process had begun when it went without a word', () => {
    const { suspects, isUnclean } = judgeTakeover('me', commitOf({}));
    expect([...suspects]).toEqual([
      [5, 0],
      [8, 0],
      [9, 2],
    ]);
    expect(isUnclean).toBe(true);
  });

  it.each([
    ['another process has given the partition away', commitOf({ orderly: true })],
    ['this process has committed itself', commitOf({ processId: 'me' })],
  ])('suspects only those that were suspects before where %s', (_, commit) => {
    const { suspects, isUnclean } = judgeTakeover('me', commit);
    expect([...suspects]).toEqual([
      [8, 0],
      [9, 2],
    ]);
    expect(isUnclean).toBe(false);
  });

  it.each([
    ['there is no commit', null],
    ['the commit was wiped', 'wiped' as const],
    ['a foreign tool has committed', { offset: 5, metadata: 'by hand' }],
    ['an older version has committed', { offset: 5, metadata: '1.other.9.AgI.' }],
  ])('suspects nobody where %s', (_, commit) => {
    expect(judgeTakeover('me', commit)).toEqual({ suspects: new Map(), isUnclean: false });
  });
});
