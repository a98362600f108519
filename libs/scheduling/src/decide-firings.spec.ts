import { describe, expect, it } from '@jest/globals';
import { decideFirings } from './decide-firings.js';
import type { Schedule } from './schedule.js';

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
const unfinished = '0190163d-8694-739b-aea5-966c26f8ad91';

const schedule: Schedule = {
  name: 'sweep',
  id: '6f2ac7f8-5f6b-4f5e-9b0c-0d3c2b1a9e11',
  timing: { kind: 'every', everyMs: 10_000 },
  misfire: 'skip',
  overlap: 'allow',
  paused: false,
  job: { type: 'probe.run', payload: {} },
  origin: 'rest',
  nextFireAt: at('10:00:00'),
  lastFireAt: null,
};

function decide(changes: Partial<Schedule>, now: string, waitsFor?: string) {
  const { decisions, progress } = decideFirings({ ...schedule, ...changes }, at(now), waitsFor);
  return {
    decided: decisions.map(({ fireAt, state }) => `${new Date(fireAt).toISOString().slice(11, 19)} ${state}`),
    last:
      progress.lastFireAt === undefined
        ? undefined
        : new Date(progress.lastFireAt).toISOString().slice(11, 19),
    next: new Date(progress.nextFireAt!).toISOString().slice(11, 19),
    details: decisions.map(({ detail }) => detail),
  };
}

describe('a schedule that is due', () => {
  it('fires every occurrence that is due', () => {
    expect(decide({}, '10:00:21')).toMatchObject({
      decided: ['10:00:00 pending', '10:00:10 pending', '10:00:20 pending'],
      last: '10:00:20',
      next: '10:00:30',
    });
  });

  it('records a missed occurrence once', () => {
    expect(decide({}, '10:05:00').decided[0]).toBe('10:03:50 missed');
    expect(decide({ misfire: 'fire-once' }, '10:05:00').decided).toEqual(['10:05:00 pending']);
  });

  it('fires only the first of several occurrences when it must not overlap', () => {
    expect(decide({ overlap: 'skip' }, '10:00:11')).toMatchObject({
      decided: ['10:00:00 pending', '10:00:10 skipped'],
      last: '10:00:00',
      details: [undefined, expect.stringContaining('2026-01-01T10:00:00.000Z is unfinished')],
    });
  });

  it('skips occurrences while its last job is unfinished, and names the job', () => {
    expect(decide({ overlap: 'skip' }, '10:00:00', unfinished)).toEqual({
      decided: ['10:00:00 skipped'],
      last: undefined,
      next: '10:00:10',
      details: [expect.stringContaining(unfinished)],
    });
    expect(decide({}, '10:00:00', unfinished).decided).toEqual(['10:00:00 pending']);
  });
});
