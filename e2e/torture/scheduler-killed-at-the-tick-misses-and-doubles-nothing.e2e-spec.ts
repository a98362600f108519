import { setTimeout as until } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { scheduledJobId } from '@jobstream/contracts';
import { decodeRecord } from '@jobstream/contracts/records';
import { eventually, Platform, readTopics, type ServiceProcess } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

const kills = 20;
const everyMs = 2_000;
const name = 'every-tick';

describe('two schedulers, one killed at the tick', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 2, 'probe-worker': 1 },
    });
  });
  afterAll(() => platform?.stop());

  const put = (paused: boolean) =>
    platform.api.request('PUT', `/v1/schedules/${name}`, {
      body: JSON.stringify({ every: `${everyMs}ms`, paused, job: { type: 'probe.run', payload: {} } }),
      headers: { 'content-type': 'application/json' },
    });
  /** How often the log has the request of each job. */
  const requests = async () => {
    const counts = new Map<string, number>();
    for (const { value, headers } of await readTopics([platform.topics.requests('probe')])) {
      const record = decodeRecord(value, headers);
      if ('fault' in record) throw new Error(record.detail);
      counts.set(record.value.id, (counts.get(record.value.id) ?? 0) + 1);
    }
    return counts;
  };
  const firedBy = (service: ServiceProcess, instant: number) =>
    service.log.some(
      ({ msg, fireAt }) => msg === 'occurrence fired' && Date.parse(fireAt as string) === instant,
    );

  it(`${kills} times: each occurrence is one job that runs once`, async () => {
    const { status, body } = await put(false);
    expect(status).toBe(200);
    const first = Date.parse(body.nextFireAt as string);
    const schedule = { name, id: body.id as string };
    const struck = { before: 0, after: 0 };
    for (let kill = 0; kill < kills; kill += 1) {
      const tick = (Math.floor(Date.now() / everyMs) + 2) * everyMs;
      const victim = platform.all('scheduler')[kill % 2]!;
      // From a little before the instant to when the job is produced and marked.
      await until(tick - Date.now() - 10 + 4 * kill);
      await victim.crash();
      struck[firedBy(victim, tick) ? 'after' : 'before'] += 1;
      await platform.launch('scheduler');
    }
    const last = Math.floor(Date.now() / everyMs) * everyMs;
    const expected: string[] = [];
    for (let instant = first; instant <= last; instant += everyMs)
      expected.push(scheduledJobId(schedule, instant));
    await eventually(async () => {
      const ids = await requests();
      expect(expected.filter((id) => !ids.has(id))).toEqual([]);
    });
    await put(true);
    const jobs = await Promise.all(expected.map((id) => platform.api.finished(id)));
    expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    // What was fired between the last kill and the pause is no double: its instant is an occurrence, too.
    for (let instant = last + everyMs; instant <= Date.now(); instant += everyMs)
      expected.push(scheduledJobId(schedule, instant));
    const counts = await requests();
    const extra = [...counts.keys()].filter((id) => !expected.includes(id));
    const copies = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
    const doubled = new AttemptLedger(platform).rerun();
    console.log(
      `${kills} kills over ${jobs.length} ticks (${struck.before} before the victim fired, ${struck.after} after): ` +
        `0 missed, ${extra.length} that are no occurrence, ${doubled.size} run twice, ${copies} copies in the log`,
    );
    expect([doubled.size, extra]).toEqual([0, []]);
    expect(struck.before).toBeGreaterThan(0);
  }, 600_000);
});
