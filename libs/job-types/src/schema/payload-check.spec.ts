import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { PayloadCheck } from './payload-check.js';

const check = (schema: object, payload: unknown) =>
  new PayloadCheck(schema as Record<string, unknown>).check(payload, '/payload');
const faultsOf = (schema: object, payload: unknown) => {
  const checked = check(schema, payload);
  return 'faults' in checked ? checked.faults : [];
};

const mail = z.toJSONSchema(
  z.discriminatedUnion('template', [
    z.strictObject({
      template: z.literal('welcome'),
      to: z.string(),
      data: z.strictObject({ name: z.string().optional() }).default({}),
    }),
    z.strictObject({ template: z.literal('ready'), to: z.string(), pages: z.int().min(1) }),
  ]),
  { io: 'input' },
);

describe('PayloadCheck', () => {
  it('fills in the defaults of a schema, in the branch that is meant too', () => {
    const sized = z.toJSONSchema(z.strictObject({ width: z.int().default(300) }), { io: 'input' });
    expect(check(sized, {})).toEqual({ payload: { width: 300 } });
    expect(check(mail, { template: 'welcome', to: 'ada' })).toEqual({
      payload: { template: 'welcome', to: 'ada', data: {} },
    });
  });

  it('leaves what was sent as it was', () => {
    const sized = z.toJSONSchema(z.object({ in: z.object({ width: z.int().default(300) }) }), {
      io: 'input',
    });
    const sent = { in: {}, list: [{ a: 1 }, null], ['__proto__']: { b: 2 } };
    const checked = check(sized, sent);
    expect(sent).toEqual({ in: {}, list: [{ a: 1 }, null], ['__proto__']: { b: 2 } });
    expect(checked).toEqual({ payload: { ...sent, in: { width: 300 } } });
  });

  it.each([
    [{ template: 'spam' }, '/payload'],
    [{ template: 'ready', pages: 0 }, '/payload/to'],
    [{ template: 'ready', to: 'ada', pages: 0 }, '/payload/pages'],
    [{ template: 'welcome', to: 'ada', pages: 1 }, '/payload/pages'],
    [{ template: 'welcome', to: 'ada', data: { nam: 'Ada' } }, '/payload/data/nam'],
    ['text', '/payload'],
    [null, '/payload'],
  ])('points at the fault of %j in the branch that is meant', (payload, pointer) => {
    expect(faultsOf(mail, payload).map((fault) => fault.pointer)).toContain(pointer);
  });

  it('escapes the steps of a pointer once', () => {
    const schema = { type: 'object', properties: { 'a/b~c': { type: 'string' } } };
    expect(faultsOf(schema, { 'a/b~c': 1 })).toEqual([
      { pointer: '/payload/a~1b~0c', detail: 'Give a string.' },
    ]);
  });

  it('matches a pattern that backtracks in linear time', () => {
    const schema = { type: 'string', pattern: '^(a+)+$' };
    expect(faultsOf(schema, `${'a'.repeat(50_000)}!`)).toHaveLength(1);
    expect(faultsOf(schema, 'aaa')).toEqual([]);
  });

  it('keeps the patterns of one schema apart', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string', pattern: '^a$' },
        b: { type: 'string', allOf: [{ pattern: '^b' }, { pattern: 'c$' }] },
      },
    };
    expect(faultsOf(schema, { a: 'a', b: 'bc' })).toEqual([]);
    expect(faultsOf(schema, { a: 'b', b: 'ac' }).map(({ pointer }) => pointer)).toEqual([
      '/payload/a',
      '/payload/b',
    ]);
  });

  it('leaves a pattern that needs lookaround to the worker', () => {
    expect(faultsOf({ type: 'string', pattern: '^(?!x)' }, 'x')).toEqual([]);
  });

  it('gives up on a payload that makes a recursive schema double its work with each level', () => {
    const both = {
      anyOf: [
        { properties: { a: { $ref: '#' } }, required: ['x'] },
        { properties: { a: { $ref: '#' } }, required: ['y'] },
      ],
    };
    let payload: object = {};
    for (let level = 0; level < 60; level += 1) payload = { a: payload };
    expect(faultsOf(both, payload)[0]?.detail).toContain('was given up');
  });

  it.each([
    ['mail-address', 'ada@example.com', 'ada@-x.com'],
    ['person-name', 'Ada', 'evil.example'],
    ['user-id', 'ada', "'ada"],
    ['date-time', '2026-01-31T09:30:00Z', 'yesterday'],
    ['uri', 'https://example.com/', 'not a uri'],
  ])('checks the format %s', (format, good, bad) => {
    const schema = { type: 'string', format };
    expect([faultsOf(schema, good).length, faultsOf(schema, bad).length]).toEqual([0, 1]);
  });
});
