import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import type { FlowJob } from '@jobstream/contracts/rest';
import { findSubmittable, IntakeError } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { z } from 'zod';
import { checkFlow, type CheckedFlow } from './check-flow.js';

const queue = defineQueue('files');
const render = defineJob({
  type: 'file.render',
  queue,
  payload: z.strictObject({ size: z.int().default(1), danger: z.string().optional() }),
  result: z.strictObject({ key: z.string(), pages: z.array(z.object({ height: z.number() })) }),
  operateWhen: { danger: ['yes'] },
});
const send = defineJob({
  type: 'file.send',
  queue,
  payload: z.strictObject({
    file: z.string().min(1),
    height: z.number().optional(),
    told: z.unknown().optional(),
    list: z.array(z.unknown()).optional(),
    choice: z
      .union([z.object({ of: z.literal('a'), key: z.string() }), z.object({ of: z.literal('b') })])
      .optional(),
  }),
  result: z.null(),
});
const book = JobTypeBook.of([render, send]);

function check(jobs: readonly unknown[], more: object = {}): CheckedFlow {
  return checkFlow(
    { jobs, ...more },
    {
      clock: { now: () => 0 },
      find: (type) => {
        const found = findSubmittable(book, type);
        if (found instanceof IntakeError) return found;
        const { payload, result } = book.find(type)!.record;
        return { rules: found.rules, check: (value, at) => found.check(value, at), payload, result };
      },
      also: (job) => job,
    },
  );
}

function faultsOf(
  jobs: readonly unknown[],
  more: object = {},
): { code: string; at: string[]; details: string[] } {
  try {
    check(jobs, more);
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error;
    const errors = error.details.errors ?? [];
    return {
      code: error.code,
      at: errors.map(({ pointer }) => pointer),
      details: errors.map(({ detail }) => detail),
    };
  }
  return { code: 'none', at: [], details: [] };
}

const job = (name: string, more: Partial<FlowJob> = {}): FlowJob => ({
  name,
  type: 'file.render',
  payload: {},
  ...more,
});
const sent = (name: string, payload: object, more: Partial<FlowJob> = {}): FlowJob =>
  job(name, { type: 'file.send', payload, ...more });

describe('the check of a flow', () => {
  it('finds who waits for whom, by names and by references', () => {
    const { steps, onFailure } = check([
      sent('mail', { file: { $result: 'render.key' }, height: { $result: 'render.pages.0.height' } }),
      job('render'),
      sent('end', { file: 'x', list: { $outcomes: true } }, { after: ['mail', 'render', 'mail'] }),
    ]);
    expect(onFailure).toBe('cancel');
    expect(steps.map(({ name, after, isLast, isReferred }) => ({ name, after, isLast, isReferred }))).toEqual(
      [
        { name: 'mail', after: [1], isLast: false, isReferred: true },
        { name: 'render', after: [], isLast: false, isReferred: true },
        { name: 'end', after: [0, 1], isLast: true, isReferred: false },
      ],
    );
    expect(steps[0]!.submission).toEqual({
      type: 'file.send',
      payload: { file: { $result: 'render.key' }, height: { $result: 'render.pages.0.height' } },
    });
  });

  it('takes a reference within a choice of shapes', () => {
    const payload = { file: 'x', choice: { of: 'a', key: { $result: 'render.key' } } };
    expect(faultsOf([job('render'), sent('mail', payload)])).toMatchObject({ code: 'none' });
  });

  it.each<[string, unknown[], string, string]>([
    ['no jobs', [], 'invalid_request', '/jobs'],
    ['a name with a dot', [job('a.b')], 'invalid_request', '/jobs/0/name'],
    ['a unique key', [{ ...job('a'), unique: { key: 'k' } }], 'invalid_request', '/jobs/0/unique'],
    ['a name twice', [job('a'), job('a')], 'invalid_flow', '/jobs/1/name'],
    ['an unknown name', [job('a', { after: ['b'] })], 'invalid_flow', '/jobs/0/after/0'],
    ['a cycle', [job('a', { after: ['b'] }), job('b', { after: ['a'] })], 'invalid_flow', '/jobs/0/after'],
    ['a job that waits for itself', [job('a', { after: ['a'] })], 'invalid_flow', '/jobs/0/after'],
    [
      'a reference to nobody',
      [sent('a', { file: { $result: 'b.key' } })],
      'invalid_flow',
      '/jobs/0/payload/file',
    ],
    [
      'a result that no schema has',
      [job('r'), sent('a', { file: { $result: 'r.kee' } })],
      'invalid_flow',
      '/jobs/1/payload/file',
    ],
    [
      'a result of another type',
      [job('r'), sent('a', { file: { $result: 'r.pages' } })],
      'invalid_flow',
      '/jobs/1/payload/file',
    ],
    [
      'an outcome where text is wanted',
      [job('r'), sent('a', { file: { $outcome: 'r' } })],
      'invalid_flow',
      '/jobs/1/payload/file',
    ],
    ['an unknown type', [job('a', { type: 'file.rend' })], 'unknown_type', '/jobs/0/type'],
    [
      'a payload with a fault',
      [job('a'), job('b', { payload: { size: 'x' } })],
      'invalid_payload',
      '/jobs/1/payload/size',
    ],
    [
      'a fault beside a reference',
      [job('r'), sent('a', { file: { $result: 'r.key' }, more: 1 })],
      'invalid_payload',
      '/jobs/1/payload/more',
    ],
    [
      'a reference that decides about rights',
      [job('r'), job('a', { payload: { danger: { $result: 'r.key' } } })],
      'invalid_payload',
      '/jobs/1/payload/danger',
    ],
    [
      'a reference in whose value something decides about rights',
      [job('r'), job('a', { payload: { $result: 'r' } })],
      'invalid_payload',
      '/jobs/1/payload/danger',
    ],
    ['10,001 jobs', Array.from({ length: 10_001 }, (_, nth) => job(`j${nth}`)), 'invalid_request', '/jobs'],
  ])('refuses %s, with its place', (_, jobs, code, pointer) => {
    const faults = faultsOf(jobs);
    expect(faults.code).toBe(code);
    expect(faults.at).toContain(pointer);
  });

  it('refuses more waits than can be kept', () => {
    const first = Array.from({ length: 300 }, (_, nth) => job(`a${nth}`));
    const after = first.map(({ name }) => name);
    const second = Array.from({ length: 300 }, (_, nth) => job(`b${nth}`, { after }));
    expect(faultsOf([...first, ...second])).toMatchObject({ code: 'invalid_flow', at: ['/jobs'] });
  });

  it('takes 10,000 jobs, of which one waits for all others', () => {
    const jobs = Array.from({ length: 9_999 }, (_, nth) => job(`j${nth}`));
    const last = job('last', { after: jobs.map(({ name }) => name) });
    expect(check([...jobs, last]).steps.at(-1)!.after).toHaveLength(9_999);
  });
});
