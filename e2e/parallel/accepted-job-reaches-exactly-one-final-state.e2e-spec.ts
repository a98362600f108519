import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform, type ServiceProcess } from '@jobstream/testing';
import { AcceptedLoad, type PlannedJob } from '../accepted-load.js';
import { AttemptLedger } from '../attempt-ledger.js';
import { photograph } from '../photograph.js';

const probes = 1_000;
const images = 12;

describe('every job answered 202 reaches exactly one final state', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 2, 'probe-worker': 1, 'image-worker': 1 },
      // Some 25 s of work, so that there is some left at every kill.
      environment: { CONCURRENCY: '10' },
    });
  });
  afterAll(() => platform?.stop());

  it('1,000 probe and 12 image jobs, workers killed five times, the projector twice, the API once', async () => {
    for (let nth = 0; nth < images; nth++) {
      const headers = { 'content-type': 'image/jpeg' };
      expect(
        (await platform.api.request('PUT', `/images/i${nth}`, { body: photograph, headers })).status,
      ).toBe(201);
    }
    const load = new AcceptedLoad(platform);
    const thumbnails = Array.from({ length: images }, (_, nth): PlannedJob => {
      return { type: 'image.thumbnail', payload: { imageId: `i${nth}` }, end: 'succeeded' };
    });
    const probing = Array.from({ length: probes }, (_, nth): PlannedJob => {
      const payload = { note: `p${nth}`, sleepMs: 50 + (nth % 5) * 100 };
      return { type: 'probe.run', payload, end: 'succeeded' };
    });

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
      eventually(() => expect(ledger.ended()).toBeGreaterThan(share * (probes + images)));

    const whileTheApiDies = load.submitUnderKeys([...thumbnails, ...probing.slice(0, 300)]);
    await eventually(() => expect(load.accepted.size).toBeGreaterThan(150));
    await crash(platform.one('api'));
    await whileTheApiDies;
    const submitting = load.submit(probing.slice(300));
    for (const [nth, share] of [0.08, 0.2, 0.35, 0.5, 0.65].entries()) {
      await ended(share);
      await crash(platform.one('probe-worker'));
      if (nth < 2) await crash(platform.all('projector')[0]!);
    }
    await submitting;

    expect(await load.endedOtherwise()).toEqual([]);
    expect({ accepted: load.accepted.size, ...(await load.readLog(['probe', 'image'])) }).toEqual({
      accepted: probes + images,
      lost: [],
      unexpected: [],
    });

    const inFlight = crashes.reduce((sum, crash) => sum + crash.inFlight, 0);
    const rerun = ledger.rerun();
    console.log(
      `jobs ${load.accepted.size}, lost 0, unexpected 0; killed: ${crashes.map(({ service, inFlight: n }) => `${service} (${n} in flight)`).join(', ')}; ` +
        `answers lost with the API ${load.unanswered.length}; jobs rerun ${rerun.size} of ${inFlight} in flight`,
    );
    expect(rerun.size).toBeGreaterThan(0);
    expect(rerun.size).toBeLessThanOrEqual(inFlight);
  });
});
