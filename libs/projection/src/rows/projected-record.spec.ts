import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodePoison, type Poison } from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import { projectRecord } from './projected-record.js';
import { incoming, topics } from '../wire-history.fixture-spec.js';

const project = (record: IncomingRecord) => projectRecord(record, topics.roleOf(record.topic)!);
const id = newJobId();

describe('projectRecord', () => {
  it('folds a job, and keeps its history where it is not plain', () => {
    expect(project(incoming({ id, phase: 'queued' }))).toMatchObject({ kind: 'job', transition: null });
    const dead = project(incoming({ id, phase: 'dead_lettered', offset: 4 }));
    expect(dead).toMatchObject({
      kind: 'job',
      fold: { id, outcome: { state: 'dead_lettered', reason: 'exhausted' } },
      transition: { state: 'dead_lettered', topic: 'jobs.probe.dlq', offset: 4 },
    });
  });

  it.each([
    ['no JSON', { value: Buffer.from('{') }, 'malformed'],
    ['no bytes', { value: Buffer.alloc(0) }, 'empty'],
    ['a tombstone', { value: null }, 'tombstone'],
    ['no headers', { headers: {} }, 'malformed'],
  ])('rejects %s where no worker sets it aside', (_, fault, reason) => {
    const event = { ...incoming({ id, phase: 'succeeded', offset: 7 }), ...fault };
    expect(project(event)).toMatchObject({
      kind: 'rejected',
      rejected: { topic: 'jobs.events', offset: 7, reason, queue: null, deadLetterTopic: null },
    });
    const request = { ...incoming({ id, phase: 'queued' }), ...fault };
    expect(project(request)).toEqual({ kind: 'left' });
  });

  it('takes a final state from the events alone', () => {
    const forged = { ...incoming({ id, phase: 'succeeded' }), topic: 'jobs.delayed' };
    expect(project(forged)).toMatchObject({ kind: 'rejected', rejected: { reason: 'malformed' } });
    expect(project({ ...forged, topic: 'jobs.probe' })).toEqual({ kind: 'left' });
  });

  it('lists a dead letter without a job by where the record stood', () => {
    expect(project(poison({}))).toMatchObject({
      kind: 'rejected',
      rejected: {
        topic: 'jobs.probe',
        partition: 2,
        offset: 77,
        reason: 'malformed',
        queue: 'probe',
        deadLetterTopic: 'jobs.probe.dlq',
        deadLetterOffset: 31,
      },
    });
  });

  it('keeps to what Postgres can hold, whatever a poison claims', () => {
    const claims = { topic: 'x\0'.repeat(5_000), partition: 2 ** 40 };
    const projected = project(poison(claims));
    if (projected.kind !== 'rejected') throw new Error(projected.kind);
    expect(projected.rejected.partition).toBe(2 ** 31 - 1);
    expect(projected.rejected.topic).toHaveLength(249);
    expect(projected.rejected.topic).not.toContain('\0');
  });

  it('rejects a value too deep to be written down, and times beyond any calendar', () => {
    const deep = incoming({ id, phase: 'succeeded' });
    const text = deep
      .value!.toString()
      .replace('"result":"text"', `"result":${'['.repeat(90_000)}${']'.repeat(90_000)}`);
    expect(project({ ...deep, value: Buffer.from(text) })).toMatchObject({
      kind: 'rejected',
      rejected: { error: { message: expect.stringContaining("can't be kept") } },
    });
    const late = project({ ...incoming({ id, phase: 'queued' }), timestamp: 2 ** 62 });
    expect(late).toMatchObject({ kind: 'job', fold: { request: { appendedAt: 8.64e15 } } });
  });
});

function poison(claims: Partial<Poison['origin']>): IncomingRecord {
  const { value, headers } = encodePoison({
    v: 1,
    reason: 'malformed',
    error: { code: 'malformed', message: 'The value is not JSON' },
    origin: { topic: 'jobs.probe', partition: 2, offset: 77, at: '2026-01-01T00:00:00.000Z', ...claims },
    raw: { key: null, value: 'bm90IGpzb24=', headers: {} },
  });
  const place = { topic: 'jobs.probe.dlq', partition: 0, offset: 31, timestamp: 1_000, key: null };
  return { ...place, value: Buffer.from(value), headers };
}
