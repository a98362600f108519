import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifySignature } from '@jobstream/client';
import type { JobView, PutJobType } from '@jobstream/contracts/rest';
import { eventually, leftBehind, Platform } from '@jobstream/testing';
import { AcceptedLoad } from '../accepted-load.js';
import { EndpointProcess, type EndpointNote } from '../endpoint-process.js';

type Received = Extract<EndpointNote, { kind: 'received' }>;

const count = 1_000;
const kills = 5;

const sum = (counts: readonly number[]) => counts.reduce((total, each) => total + each, 0);

describe("1,000 endpoint jobs while the endpoint's server is killed five times", () => {
  let server: EndpointProcess;
  let platform: Platform;
  let load: AcceptedLoad;
  let secret: string;
  /** For each kill, the calls that it cut off. */
  const cutOff: number[] = [];

  beforeAll(async () => {
    server = await EndpointProcess.start();
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'http-worker': 2 },
      environment: { ENDPOINT_ALLOW: server.host },
    });
    const { status, body } = await platform.api.request<PutJobType>('PUT', '/v1/job-types/number.double', {
      body: JSON.stringify({
        endpoint: { url: `http://${server.host}/double`, timeout: '10s', maxInFlight: 20 },
        queue: { name: 'numbers' },
        payload: { type: 'object', properties: { number: { type: 'integer' } }, required: ['number'] },
        result: { type: 'object', properties: { doubled: { type: 'integer' } }, required: ['doubled'] },
        retries: 50,
        backoff: ['500ms'],
      }),
      headers: { 'content-type': 'application/json' },
    });
    expect({ status, body }).toMatchObject({ status: 200, body: { owner: 'endpoint:anyone' } });
    secret = body.secret!;
    load = new AcceptedLoad(platform);
  });

  afterAll(async () => {
    await platform?.stop();
    await server?.stop();
    expect(leftBehind()).toEqual([]);
  });

  const receivedSoFar = async () =>
    (await server.notes()).filter((note): note is Received => note.kind === 'received');

  it('end once each', async () => {
    const planned = Array.from({ length: count }, (_, number) => ({
      type: 'number.double',
      payload: { number },
      end: 'succeeded' as const,
    }));
    // All of them wait before the first is sent, so that each kill meets calls.
    await platform.api.post('/v1/queues/numbers/pause', {});
    await load.submit(planned);
    await platform.api.post('/v1/queues/numbers/resume', {});
    for (let kill = 1; kill <= kills; kill++) {
      await eventually(
        async () => {
          const met = (await receivedSoFar()).length;
          const isUnderWay = (await countUnanswered()) - sum(cutOff) >= 5;
          if (met < (kill * count) / (kills + 2) || !isUnderWay) throw new Error(`${met} calls so far`);
        },
        { everyMs: 20 },
      );
      await server.crash();
      cutOff.push((await countUnanswered()) - sum(cutOff));
      // The worker that dies with calls in flight makes copies of them.
      if (kill === 3) await platform.all('http-worker')[0]!.crash();
      await server.begin();
    }
    expect(await load.endedOtherwise()).toEqual([]);
    expect(await load.readLog(['numbers'])).toEqual({ lost: [], unexpected: [] });
  });

  it('were cut off by the kills', () => {
    console.log(`calls cut off by each kill: ${cutOff.join(', ')}`);
    expect(cutOff).toHaveLength(kills);
    expect(Math.min(...cutOff)).toBeGreaterThan(0);
  });

  it('came with a signature that verifies, each time', async () => {
    const received = await receivedSoFar();
    expect(received.length).toBeGreaterThan(count);
    for (const { headers, body, at } of received)
      expect(verifySignature({ headers, body }, secret, at)).toBe(headers['webhook-id']);
  });

  it('carried the same webhook-id whenever they came again', async () => {
    const byJob = new Map<string, Received[]>();
    for (const note of await receivedSoFar()) {
      const { id, run } = JSON.parse(note.body) as { id: string; run: number };
      expect(note.headers['webhook-id']).toBe(`${id}_${run}`);
      byJob.set(id, [...(byJob.get(id) ?? []), note]);
    }
    expect(byJob.size).toBe(count);
    const again = [...byJob.values()].filter((calls) => calls.length > 1);
    const copies = again.filter(
      (calls) => new Set(calls.map(({ headers }) => headers['jobstream-attempt'])).size < calls.length,
    );
    console.log(`${again.length} jobs were sent more than once, ${copies.length} of them in one attempt`);
    expect(again.length).toBeGreaterThan(0);
    for (const calls of again)
      expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('have the answer of the endpoint as their result', async () => {
    const [id] = load.accepted.keys();
    const { body } = await platform.api.get<JobView>(`/v1/jobs/${id}`);
    expect(body).toMatchObject({ state: 'succeeded', result: { doubled: expect.any(Number) } });
  });

  /** Calls that were received and have no answer: the newest of each job and attempt. */
  async function countUnanswered(): Promise<number> {
    const open = new Map<string, number>();
    for (const note of await server.notes()) {
      const key =
        note.kind === 'received'
          ? `${note.headers['webhook-id']} ${note.headers['jobstream-attempt']}`
          : `${note.id} ${note.attempt}`;
      open.set(key, (open.get(key) ?? 0) + (note.kind === 'received' ? 1 : -1));
    }
    return [...open.values()].reduce((sum, left) => sum + Math.max(left, 0), 0);
  }
});
