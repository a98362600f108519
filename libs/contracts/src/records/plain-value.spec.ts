import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deriveJobId, newJobId } from '../job-id.js';
import { isoTime, jobRequestSchema, succeededEventSchema } from './job-record.js';
import { isPlainRequest, isPlainSuccess, isPlainTime } from './plain-value.js';
import { decodeHead, decodeHeadBySchema } from './record-head.js';

const id = deriveJobId(newJobId(), 'any');
const at = '2026-01-31T09:00:00.123Z';
const common = { v: 1, id, type: 'probe.run', queue: 'probe' };
const request = { ...common, payload: { n: 1 }, priority: 'normal', maxAttempts: 4 };
const success = { ...common, start: { worker: 'w', at }, finishedAt: at, result: null };
const headers = {
  'js-run': '1',
  'js-attempt': '2',
  'js-phase': 'queued',
  'js-created': at,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

/** What any client may put into a field, close to what belongs there. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    '0',
    '1',
    1,
    0,
    1.5,
    1_001,
    1_002,
    2,
    NaN,
    [],
    {},
    true,
    'high',
    'urgent',
  ),
  fc.constantFrom<unknown>(
    id,
    id.toUpperCase(),
    id.replace('-7', '-4'),
    `${id}x`,
    at,
    at.replace('31', '32'),
  ),
  fc.constantFrom<unknown>(
    '2026-02-29T09:00:00.123Z',
    '2028-02-29T09:00:00.123Z',
    '2026-01-31T09:00:00Z',
    '2026-04-31T09:00:00.000Z',
  ),
  fc.constantFrom<unknown>('x'.repeat(41), 'x'.repeat(42), 'x'.repeat(201), 'x'.repeat(256), 'x'.repeat(257)),
  fc.constantFrom<unknown>(
    { worker: 'w', at },
    { worker: 1, at },
    { worker: 'w', at, more: 1 },
    { at },
    'succeeded',
    'done',
  ),
  fc.jsonValue(),
);
const field = fc.constantFrom(
  ...['v', 'id', 'type', 'queue', 'submittedFor', 'payload', 'priority', 'maxAttempts', 'orderingKey'],
  ...[
    'expiresAt',
    'start',
    'finishedAt',
    'result',
    'error',
    'later',
    '__proto__',
    'constructor',
    ...Object.keys(headers),
    'js-claim',
  ],
);
const changes = fc.array(fc.tuple(field, anything), { maxLength: 3 });

/** The value with these fields set, or taken out where the change is `undefined`. As JSON would hold it. */
function changed(value: object, list: readonly (readonly [string, unknown])[]): unknown {
  const entries = new Map<string, unknown>(Object.entries(value));
  for (const [name, to] of list)
    if (to === undefined) entries.delete(name);
    else entries.set(name, to);
  const json = [...entries].map(([name, to]) => `${JSON.stringify(name)}:${JSON.stringify(to) ?? 'null'}`);
  return JSON.parse(`{${json.join(',')}}`);
}

describe('plain values', () => {
  it('are recognised in the form in which we write them', () => {
    expect(isPlainRequest(request)).toBe(true);
    expect(isPlainRequest({ ...request, submittedFor: '', orderingKey: 'k', expiresAt: at })).toBe(true);
    expect(isPlainSuccess(success)).toBe(true);
    for (const value of [null, 1, 'x', [], {}, [request]]) expect(isPlainRequest(value)).toBe(false);
  });

  it.each([
    ['request', request, isPlainRequest, jobRequestSchema],
    ['success', success, isPlainSuccess, succeededEventSchema],
  ] as const)('are accepted unchanged by the schema of a %s', (_, value, isPlain, schema) => {
    let plain = 0;
    fc.assert(
      fc.property(changes, (list) => {
        const given = changed(value, list);
        if (!isPlain(given)) return;
        plain++;
        expect(schema.safeParse(given)).toEqual({ success: true, data: given });
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(100);
  });

  it('have times that the schema accepts, and nearly all of them', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }), (date) => {
        const text = date.toISOString();
        expect(isoTime.safeParse(text).success).toBe(true);
        expect(isPlainTime(text)).toBe(!text.includes('-02-29'));
      }),
    );
    for (const text of ['2026-02-30T00:00:00.000Z', '2026-06-31T00:00:00.000Z', '2026-01-01T24:00:00.000Z'])
      expect(isPlainTime(text)).toBe(false);
  });
});

describe('the head', () => {
  it('reads any headers as its schema does', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const texts = list.map(
          ([name, to]) => [name, to === undefined ? to : JSON.stringify(to).replace(/^"|"$/g, '')] as const,
        );
        const given = changed(headers, texts) as Record<string, string>;
        expect(decodeHead(given)).toEqual(decodeHeadBySchema(given));
      }),
      { numRuns: 5_000 },
    );
  });
});
