import { describe, expect, it } from '@jest/globals';
import { findReferences, replaceReferences, valueOf, type ToldOutcome } from './references.js';

const outcomes: ToldOutcome[] = [
  { name: 'render', id: 'a', state: 'succeeded', result: { key: 'k', pages: [{ url: 'u' }] } },
  { name: 'mail', id: 'b', state: 'dead_lettered', error: { code: 'boom', message: 'It failed.' } },
];
const resolve = (payload: unknown) => replaceReferences(payload, (reference) => valueOf(reference, outcomes));

describe('a reference', () => {
  it('is found wherever it stands', () => {
    const payload = {
      a: { $result: 'render.key' },
      b: [1, { c: { $outcome: 'mail' } }],
      d: { $outcomes: true },
    };
    expect(findReferences(payload).references).toEqual([
      { steps: ['a'], reference: { kind: 'result', name: 'render', path: 'key' } },
      { steps: ['b', '1', 'c'], reference: { kind: 'outcome', name: 'mail' } },
      { steps: ['d'], reference: { kind: 'outcomes', only: 'all' } },
    ]);
  });

  it('is replaced by what it refers to', () => {
    expect(
      resolve({
        key: { $result: 'render.key' },
        url: { $result: 'render.pages.0.url' },
        whole: { $result: 'render' },
        lost: { $result: 'mail.key' },
        mail: { $outcome: 'mail' },
        failed: [{ $outcomes: 'failed' }],
        plain: { $dollar: 1, nothing: null },
      }),
    ).toEqual({
      key: 'k',
      url: 'u',
      whole: outcomes[0]!.result,
      lost: null,
      mail: outcomes[1],
      failed: [[outcomes[1]]],
      plain: { $dollar: 1, nothing: null },
    });
    expect(resolve({ $outcomes: true })).toEqual(outcomes);
  });

  it('changes no prototype', () => {
    const payload = JSON.parse('{"__proto__": {"$result": "render.key"}}') as object;
    const resolved = resolve(payload) as object;
    expect(JSON.stringify(resolved)).toBe('{"__proto__":"k"}');
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype);
  });

  it.each([
    [{ $result: 7 }],
    [{ $result: '' }],
    [{ $result: 'a', more: 1 }],
    [{ $outcomes: 'some' }],
    [{ $outcome: null }],
  ])('that makes no sense is a fault: %j', (payload) => {
    expect(findReferences({ in: payload })).toMatchObject({ references: [], faults: [{ pointer: '/in' }] });
  });
});
