import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import type { JobRecord } from '@jobstream/contracts/records';
import { Listening, type ListeningWebhook } from './listening.js';

const at = Date.UTC(2026, 0, 2);
const all: ListeningWebhook = {
  id: 'all',
  types: null,
  states: null,
  submittedFor: null,
  progress: false,
  heardFrom: at,
};

function record(
  phase: string,
  { type = 'probe.run', submittedFor }: { type?: string; submittedFor?: string } = {},
) {
  const value = { v: 1, id: newJobId(at), type, queue: 'probe', submittedFor };
  return { run: 1, attempt: 1, createdAt: at, phase, value } as unknown as JobRecord;
}

function heard(webhook: Partial<ListeningWebhook>, each: JobRecord, when = at): boolean {
  return new Listening([{ ...all, ...webhook }]).receiversOf(each, when).length === 1;
}

describe('a webhook', () => {
  it('hears of every end without conditions, and of nothing else', () => {
    for (const phase of ['succeeded', 'dead_lettered', 'cancelled', 'expired'])
      expect([phase, heard({}, record(phase))]).toEqual([phase, true]);
    for (const phase of ['queued', 'scheduled', 'started', 'retrying', 'progress'])
      expect([phase, heard({}, record(phase))]).toEqual([phase, false]);
  });

  it('hears of jobs that meet all its conditions', () => {
    const webhook = {
      types: ['probe.run', 'image.thumbnail'],
      states: ['succeeded'] as const,
      submittedFor: 'ada',
    };
    expect(heard(webhook, record('succeeded', { submittedFor: 'ada' }))).toBe(true);
    expect(heard(webhook, record('succeeded', { submittedFor: 'bob' }))).toBe(false);
    expect(heard(webhook, record('succeeded'))).toBe(false);
    expect(heard(webhook, record('expired', { submittedFor: 'ada' }))).toBe(false);
    expect(heard(webhook, record('succeeded', { submittedFor: 'ada', type: 'report.generate' }))).toBe(false);
  });

  it('hears of progress only where it asked for it, whatever ends it hears of', () => {
    const webhook = { progress: true, states: ['expired'] as const };
    expect(heard(webhook, record('progress'))).toBe(true);
    expect(heard(webhook, record('started'))).toBe(false);
    expect(heard({}, record('progress'))).toBe(false);
  });

  it('hears of nothing that the log took before it was made', () => {
    expect(heard({}, record('succeeded'), at - 1)).toBe(false);
    expect(heard({}, record('succeeded'), at)).toBe(true);
  });

  it('is found once when it names a type twice, beside those that name none', () => {
    const listening = new Listening([all, { ...all, id: 'some', types: ['probe.run', 'probe.run'] }]);
    expect(listening.receiversOf(record('succeeded'), at)).toEqual(['all', 'some']);
    expect(listening.receiversOf(record('succeeded', { type: 'other' }), at)).toEqual(['all']);
    expect([listening.isEmpty, new Listening([]).isEmpty]).toEqual([false, true]);
  });
});
