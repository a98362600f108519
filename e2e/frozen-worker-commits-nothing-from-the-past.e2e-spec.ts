import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord } from '@jobstream/contracts/records';
import { eventually, Platform, readTopics, type ServiceProcess } from '@jobstream/testing';
import { AttemptLedger } from './attempt-ledger.js';

/** Longer than the session timeout of 6 s: the group has given the frozen worker's partitions away. */
const frozenMs = 12_000;
const slots = 10;

describe('a worker frozen for longer than its session and thawed', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 2 },
      environment: { CONCURRENCY: String(slots) },
    });
  });
  afterAll(() => platform?.stop());

  it('loses nothing, and the log holds one final state a job', async () => {
    const items = Array.from({ length: 400 }, (_, index) => ({
      type: 'probe.run',
      payload: { sleepMs: 400, failTimes: index % 2 },
    }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const ids = body.items.map(({ id }) => id);
    const failing = new Set(ids.filter((_, index) => index % 2 === 1));
    const ledger = new AttemptLedger(platform);
    const frozen = platform.all('probe-worker')[0]!;
    const failingIn = (service: ServiceProcess) =>
      ledger.runningJobs(service).filter((id) => failing.has(id));
    await eventually(() => {
      expect(ledger.running(frozen)).toBeGreaterThan(5);
      expect(failingIn(frozen).length).toBeGreaterThan(1);
    });

    frozen.signal('SIGSTOP');
    const frozenAt = Date.now();
    const endsBefore = ledger.ended();
    const failingThen = failingIn(frozen);
    await new Promise((resolve) => setTimeout(resolve, frozenMs));
    expect(ledger.ended()).toBeGreaterThan(endsBefore);
    const thawedAt = Date.now();
    frozen.signal('SIGCONT');
    const told = await frozen.logged(
      ({ msg, time }) => msg === 'partitions lost' && Date.parse(time) >= thawedAt,
    );
    const toldAt = Date.parse(told.time);

    const jobs = [];
    for (const id of ids) jobs.push(await platform.api.finished(id));
    expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    const finals = (await readTopics([platform.topics.events, platform.topics.deadLetters('probe')])).map(
      (at) => {
        const record = decodeRecord(at.value, at.headers);
        if ('fault' in record) throw new Error(record.detail);
        return record;
      },
    );
    expect(new Set(finals.map(({ phase }) => phase))).not.toContain('dead_lettered');
    const uncommitted = ledger.uncommittedEnds(frozen, frozenAt);
    const startedLate = frozen.log.filter(
      ({ msg, time }) =>
        msg === 'attempt started' && Date.parse(time) >= thawedAt && Date.parse(time) <= toldAt,
    );
    expect(startedLate).toEqual([]);
    // Others have retried what ran in it when it was frozen: a failure that it tells of now would make them do so again.
    const lanes = [1_000, 5_000, 15_000].map((delay) => platform.topics.retry('probe', delay));
    const fromThePast = (await readTopics(lanes)).filter(({ value, headers, timestamp }) => {
      const record = decodeRecord(value, headers);
      if ('fault' in record || record.phase !== 'retrying') throw new Error('No retry stands on a lane');
      return Date.parse(record.value.start.at) < frozenAt && timestamp >= thawedAt;
    });
    expect(failingThen.length).toBeGreaterThan(0);
    expect(fromThePast.map(({ offset }) => offset)).toEqual([]);
    // It gets partitions back: those that run meanwhile where they were run here too.
    const moved = ledger.inFlightOnLost();
    const rerun = ledger.rerun();
    console.log(
      `frozen for ${frozenMs} ms: ${rerun.size} of ${ids.length} jobs rerun, lost 0; at most ${slots} ran, ` +
        `${uncommitted.length} had just ended, it knew after ${toldAt - thawedAt} ms, ` +
        `${moved} ran on partitions that moved`,
    );
    expect(rerun.size).toBeGreaterThan(0);
    expect(rerun.size).toBeLessThanOrEqual(slots + uncommitted.length + moved);
    await frozen.ready();
  });
});
