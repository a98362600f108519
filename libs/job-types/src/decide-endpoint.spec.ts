import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, describeJobType } from '@jobstream/contracts';
import { publishJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import { z } from 'zod';
import { decideEndpoint } from './decide-endpoint.js';
import { decidePublication } from './decide-publication.js';

const typeOf = (type: string, field = 'id') =>
  describeJobType(
    defineJob({
      type,
      queue: defineQueue('q'),
      payload: z.object({ [field]: z.string() }),
      result: z.null(),
    }),
  );
const endpoint = { url: 'https://a.test/', maxInFlight: 5 };
const at = new Date(0).toISOString();
const ofWorker = (type: string, owner = 'billing') => publishJobType(typeOf(type), owner, at);
const ofEndpoint = (type: string, owner = 'endpoint:a', field = 'id'): JobTypeRecord =>
  publishJobType({ ...typeOf(type, field), endpoint }, owner, at);

const nothing = { standing: undefined, neighbours: [], isServed: false };

describe('a job type with an endpoint', () => {
  const mine = ofEndpoint('x');

  it('comes into force where nothing stands, and stands where the same does', () => {
    expect(decideEndpoint(mine, nothing)).toEqual({ kind: 'publish', record: mine });
    expect(decideEndpoint(mine, { ...nothing, standing: mine })).toEqual({ kind: 'stands' });
  });

  it('replaces the one of its owner, also by an earlier definition, and remembers it', () => {
    const newer = ofEndpoint('x', 'endpoint:a', 'number');
    const replaced = decideEndpoint(newer, { ...nothing, standing: mine });
    expect(replaced).toMatchObject({ record: { earlier: [{ fingerprint: mine.fingerprint }] } });
    const back = decideEndpoint(mine, {
      ...nothing,
      standing: (replaced as { record: JobTypeRecord }).record,
    });
    expect(back).toMatchObject({ kind: 'publish', record: { fingerprint: mine.fingerprint } });
  });

  it('takes over the name of workers that are gone, and no other', () => {
    const standing = ofWorker('x');
    expect(decideEndpoint(mine, { ...nothing, standing })).toMatchObject({ kind: 'publish' });
    expect(decideEndpoint(mine, { ...nothing, standing, isServed: true })).toMatchObject({
      kind: 'taken',
      why: expect.stringContaining('belongs to billing'),
    });
    expect(decideEndpoint(mine, { ...nothing, standing: ofEndpoint('x', 'endpoint:b') }).kind).toBe('taken');
  });

  it('stays in its queue, where jobs may wait', () => {
    const moved = { ...mine, queue: defineQueue('other') };
    expect(decideEndpoint(moved, { ...nothing, standing: mine })).toMatchObject({
      kind: 'taken',
      why: expect.stringContaining('may wait in the queue "q"'),
    });
  });

  it('shares a queue with other endpoints, and not with workers', () => {
    expect(decideEndpoint(mine, { ...nothing, neighbours: [ofEndpoint('y', 'endpoint:b')] }).kind).toBe(
      'publish',
    );
    expect(decideEndpoint(mine, { ...nothing, neighbours: [ofEndpoint('y'), ofWorker('z')] })).toMatchObject({
      kind: 'taken',
      why: expect.stringContaining('Workers serve the queue "q": "z" of billing'),
    });
  });
});

describe('a worker that publishes a type with an endpoint', () => {
  it('contests it, although no worker serves it', () => {
    const standing = ofEndpoint('x');
    expect(decidePublication(standing, ofWorker('x'), [])).toMatchObject({
      kind: 'contested',
      record: { owner: 'endpoint:a', rivals: [{ owner: 'billing' }] },
    });
  });
});
