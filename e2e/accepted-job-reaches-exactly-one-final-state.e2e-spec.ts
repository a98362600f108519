import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord, isFinal, stateOfPhase } from '@jobstream/contracts';
import { eventually, Platform, readTopics, type JobAnswer, type ServiceProcess } from '@jobstream/testing';
import { AttemptLedger } from './attempt-ledger.js';
import { photograph } from './photograph.js';

const probes = 2_000;
const images = 30;

describe('every job answered 202 reaches exactly one final state', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 2, 'probe-worker': 1, 'image-worker': 1 },
      // Some 25 s of work, so that there is some left at every kill.
      environment: { CONCURRENCY: '20' },
    });
  });
  afterAll(() => platform?.stop());

  /** Submits until the answer is known; an unknown one is asked for again under the same key, so it can't be two jobs. */
  async function accept(type: string, payload: unknown, unknown: string[]): Promise<string> {
    const key = randomUUID();
    return eventually(
      async () => {
        const answer = await platform.api
          .submit(type, payload, { 'idempotency-key': key })
          .catch((error: Error) => {
            unknown.push(error.message);
            throw error;
          });
        if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body.id as string;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
  }

  it('2,000 probe and 30 image jobs, workers killed five times, the projector twice, the API once', async () => {
    for (let nth = 0; nth < images; nth++) {
      const headers = { 'content-type': 'image/jpeg' };
      expect(
        (await platform.api.request('PUT', `/images/i${nth}`, { body: photograph, headers })).status,
      ).toBe(201);
    }
    const unknown: string[] = [];
    const accepted = new Map<string, string>();
    const work = [
      ...Array.from({ length: images }, (_, nth) => ['image.thumbnail', { imageId: `i${nth}` }] as const),
      ...Array.from(
        { length: probes },
        (_, nth) => ['probe.run', { note: `p${nth}`, sleepMs: 50 + (nth % 5) * 100 }] as const,
      ),
    ];
    const submitting = Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let job = work.shift(); job; job = work.shift())
          accepted.set(await accept(job[0], job[1], unknown), job[0]);
      }),
    );

    const ledger = new AttemptLedger(platform);
    const crashes: { service: string; inFlight: number }[] = [];
    const crash = async (service: ServiceProcess) => {
      if (service.name.endsWith('-worker'))
        await eventually(() => expect(ledger.running(service)).toBeGreaterThan(0));
      await service.crash();
      crashes.push({ service: service.name, inFlight: ledger.inFlightAtDeath(service) });
      await platform.launch(service.name, service.name === 'api' ? service.port : undefined);
    };
    const ended = (share: number) =>
      eventually(() => expect(ledger.ended()).toBeGreaterThan(share * (probes + images)), {
        timeoutMs: 120_000,
      });

    await eventually(() => expect(accepted.size).toBeGreaterThan(300));
    await crash(platform.one('api'));
    for (const [nth, share] of [0.08, 0.2, 0.35, 0.5, 0.65].entries()) {
      await ended(share);
      await crash(platform.one('probe-worker'));
      if (nth < 2) await crash(platform.all('projector')[0]!);
    }
    await submitting;

    const jobs: JobAnswer[] = [];
    for (const id of accepted.keys()) jobs.push(await platform.api.finished(id, { timeoutMs: 120_000 }));
    expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);

    const { topics } = platform;
    const records = await readTopics([
      topics.requests('probe'),
      topics.requests('image'),
      topics.events,
      topics.deadLetters('probe'),
      topics.deadLetters('image'),
    ]);
    const finals = new Map<string, Set<string>>();
    const unexpected = new Set<string>();
    for (const { value, headers } of records) {
      const record = decodeRecord(value, headers);
      if ('fault' in record) throw new Error(record.detail);
      const { id } = record.value;
      if (!accepted.has(id)) unexpected.add(id);
      const state = stateOfPhase(record.phase);
      if (isFinal(state)) finals.set(id, (finals.get(id) ?? new Set()).add(state));
    }
    const lost = [...accepted.keys()].filter((id) => finals.get(id)?.size !== 1);
    expect({ accepted: accepted.size, lost, unexpected: [...unexpected] }).toEqual({
      accepted: probes + images,
      lost: [],
      unexpected: [],
    });

    const inFlight = crashes.reduce((sum, crash) => sum + crash.inFlight, 0);
    const rerun = ledger.rerun();
    console.log(
      `jobs ${accepted.size}, lost 0, unexpected 0; killed: ${crashes.map(({ service, inFlight: n }) => `${service} (${n} in flight)`).join(', ')}; ` +
        `answers lost with the API ${unknown.length}; jobs rerun ${rerun.size} of ${inFlight} in flight`,
    );
    expect(rerun.size).toBeGreaterThan(0);
    expect(rerun.size).toBeLessThanOrEqual(inFlight);
  });
});
