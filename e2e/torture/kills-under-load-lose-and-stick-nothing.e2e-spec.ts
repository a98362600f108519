import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform, type ServiceProcess } from '@jobstream/testing';
import { AcceptedLoad, type PlannedJob } from '../accepted-load.js';
import { AttemptLedger } from '../attempt-ledger.js';
import { CommitWatch } from '../commit-watch.js';

const jobs = 5_000;
const kills = { worker: 10, projector: 3, api: 2 };

/** Of 20 jobs 15 succeed at once, two after a retry, one in a slow way, one never and one is not to be retried. */
function plan(nth: number): PlannedJob {
  const probe = (payload: object, end: PlannedJob['end']) => ({ type: 'probe.run', payload, end });
  switch (nth % 20) {
    case 3:
    case 7:
      return probe({ sleepMs: 30, failTimes: 1 }, 'succeeded');
    case 11:
      return probe({ sleepMs: 2_000 }, 'succeeded');
    case 13:
      return probe({ sleepMs: 20, failTimes: 9 }, 'dead_lettered');
    case 17:
      return probe({ sleepMs: 20, failTimes: 9, failWith: 'non-retryable' }, 'dead_lettered');
    default:
      return probe({ sleepMs: 200 + (nth % 7) * 100 }, 'succeeded');
  }
}

describe('kills under load lose nothing and leave nothing stuck', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 2, 'probe-worker': 2 },
      environment: { CONCURRENCY: '15' },
    });
  });
  afterAll(async () => {
    await platform?.stop();
  });

  it(`${jobs} jobs with retries and dead letters; worker killed ${kills.worker} times, projector ${kills.projector}, API ${kills.api}`, async () => {
    const load = new AcceptedLoad(platform);
    const ledger = new AttemptLedger(platform);
    const watch = new CommitWatch(platform, 'probe');
    const planned = Array.from({ length: jobs }, (_, nth) => plan(nth));
    const crashes: { service: string; inFlight: number }[] = [];
    const crash = async (service: ServiceProcess) => {
      if (service.name === 'probe-worker')
        await eventually(() => expect(ledger.running(service)).toBeGreaterThan(0));
      await service.crash();
      crashes.push({ service: service.name, inFlight: ledger.inFlightAtDeath(service) });
      await platform.launch(service.name, service.name === 'api' ? service.port : undefined);
    };
    const ended = (share: number) =>
      eventually(() => expect(ledger.ended()).toBeGreaterThan(share * jobs), { timeoutMs: 180_000 });

    for (let kill = 0; kill < kills.api; kill++) {
      const before = load.accepted.size;
      const submitting = load.submitUnderKeys(planned.splice(0, 400));
      await eventually(() => expect(load.accepted.size).toBeGreaterThan(before + 100));
      await crash(platform.one('api'));
      await submitting;
    }
    const submitting = load.submit(planned.splice(0));
    for (let kill = 0; kill < kills.worker; kill++) {
      await ended(0.08 * (kill + 1));
      await crash(platform.all('probe-worker')[0]!);
      if (kill < kills.projector) await crash(platform.all('projector')[0]!);
    }

    await submitting;
    expect(await load.endedOtherwise()).toEqual([]);
    expect({ accepted: load.accepted.size, ...(await load.readLog(['probe'])) }).toEqual({
      accepted: jobs,
      lost: [],
      unexpected: [],
    });
    const { commits, tooHigh } = await watch.stop();
    expect(tooHigh).toEqual([]);
    const inFlightAtDeaths = crashes.reduce((sum, crash) => sum + crash.inFlight, 0);
    // A worker in a dead one's place takes partitions over from the living.
    const inFlight = inFlightAtDeaths + ledger.inFlightOnLost();
    const rerun = ledger.rerun();
    console.log(
      `jobs ${jobs}, lost 0, stuck 0, unexpected 0; killed: ` +
        `${crashes.map(({ service, inFlight: n }) => `${service} (${n})`).join(', ')}; ` +
        `answers lost ${load.unanswered.length}; jobs rerun ${rerun.size}; in flight ${inFlightAtDeaths} at deaths, ${inFlight - inFlightAtDeaths} on partitions that moved; ` +
        `${commits} commits seen, none above an unfinished offset`,
    );
    expect(commits).toBeGreaterThan(100);
    expect(rerun.size).toBeGreaterThan(0);
    expect(rerun.size).toBeLessThanOrEqual(inFlight);
  }, 900_000);
});
