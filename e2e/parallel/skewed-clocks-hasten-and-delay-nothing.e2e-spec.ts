import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { ApiClient, Platform, writeRecords, type ServiceProcess } from '@jobstream/testing';
import { readMetrics } from '../metric-families.js';

const hourMs = 3_600_000;
const laneMs = 15_000;
const sides = { ahead: 2 * hourMs, behind: -2 * hourMs };
type Side = keyof typeof sides;

/** The environment of a process whose machine's clock is two hours off. */
const skewed = (side: Side): Record<string, string> => ({
  NODE_OPTIONS: `--import ${new URL('../skewed-clock.mjs', import.meta.url).href}`,
  CLOCK_OFFSET_MS: String(sides[side]),
});

/** This machine's clock is the broker's and Postgres': both run beside the test. */
const iso = (inMs: number) => new Date(Date.now() + inMs).toISOString();

describe('clocks of machines that are two hours off', () => {
  let platform: Platform;
  const apis = new Map<Side, ApiClient>();
  const processes = new Map<string, { service: ServiceProcess; side: Side }>();
  const retries = new Map<string, number>();
  let expiring: string[] = [];

  const launch = async (name: string, side: Side): Promise<ServiceProcess> => {
    const service = await platform.launch(name, undefined, skewed(side));
    processes.set(`${name} ${side}`, { service, side });
    return service;
  };

  beforeAll(async () => {
    platform = await Platform.start({ services: {} });
    await Promise.all([
      launch('scheduler', 'ahead'),
      launch('projector', 'behind'),
      ...(['ahead', 'behind'] as const).map(async (side) => {
        apis.set(side, new ApiClient((await launch('api', side)).url));
      }),
    ]);
    // What the worker finds at its start, before it has produced anything.
    expiring = Array.from({ length: 60 }, () => newJobId());
    const { topics } = platform;
    const base = {
      v: 1,
      type: 'probe.run',
      queue: 'probe',
      payload: {},
      priority: 'normal',
      maxAttempts: 4,
    } as const;
    await writeRecords(
      expiring.map((id) => ({
        topic: topics.requests('probe'),
        ...encodeRecord({
          run: 1,
          attempt: 1,
          createdAt: Date.now(),
          phase: 'queued',
          value: { ...base, id, expiresAt: iso(600_000) },
        }),
      })),
    );
    // A worker that takes as long as their lane to start finds them due: they show something only before.
    const ids = Array.from({ length: 20 }, () => newJobId());
    const error = { code: 'boom', message: 'once' };
    const receipts = await writeRecords(
      ids.map((id) => ({
        topic: topics.retry('probe', laneMs),
        ...encodeRecord({
          run: 1,
          attempt: 1,
          createdAt: Date.now(),
          phase: 'retrying',
          value: { ...base, id, error, start: { worker: 'w', at: iso(0) } },
        }),
      })),
    );
    ids.forEach((id, index) => retries.set(id, receipts[index]!.appendedAt));
    await launch('probe-worker', 'ahead');
  });
  afterAll(() => platform?.stop());

  it.each(['ahead', 'behind'] as const)(
    'at an API %s: times count from the acceptance, and its answers have the right dates',
    async (side) => {
      const api = apis.get(side)!;
      const askedAt = Date.now();
      const submit = async (more: object) => {
        const { status, body } = await api.post('/v1/jobs', { type: 'probe.run', payload: {}, ...more });
        expect({ status, body }).toMatchObject({ status: 202 });
        expect(Math.abs(Date.parse(body.createdAt as string) - Date.now())).toBeLessThan(hourMs);
        return { id: body.id as string, state: body.state };
      };
      const runAt = iso(8_000);
      const jobs = {
        // First, while its time is far off on a busy machine too.
        timed: await submit({ runAt, expiresIn: '10m' }),
        expiring: await submit({ expiresIn: '10m' }),
        delayed: await submit({ delay: '4s' }),
        late: await submit({ runAt: iso(-hourMs) }),
        keyed: await api
          .post(
            '/v1/jobs',
            { type: 'probe.run', payload: {}, delay: '4s' },
            { 'idempotency-key': newJobId() },
          )
          .then(({ body }) => ({ id: body.id as string, state: body.state })),
      };
      const states = Object.entries(jobs).map(([name, { state }]) => [name, state]);
      expect(Object.fromEntries(states)).toEqual({
        expiring: 'queued',
        delayed: 'scheduled',
        timed: 'scheduled',
        late: 'queued',
        keyed: 'scheduled',
      });
      const dueAt = { delayed: askedAt + 4_000, keyed: askedAt + 4_000, timed: Date.parse(runAt) };
      for (const [name, { id }] of Object.entries(jobs)) {
        const job = await api.finished(id);
        expect({ name, ...job }).toMatchObject({ name, state: 'succeeded' });
        const startedAt = Date.parse(job.startedAt as string);
        const earliest = (dueAt as Record<string, number>)[name] ?? askedAt;
        // The time of the brokers as a process knows it is behind by the way of an answer.
        expect(startedAt).toBeGreaterThanOrEqual(earliest - 100);
        expect(startedAt).toBeLessThan(earliest + hourMs);
        expect(Date.parse(job.finishedAt as string)).toBeLessThanOrEqual(Date.now());
      }
      const refused = await api.post('/v1/jobs', {
        type: 'probe.run',
        payload: {},
        runAt: iso(hourMs),
        expiresIn: '60s',
      });
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/expiresIn' }] } });
      const at = (inMs: number) => api.get(`/v1/jobs/${jobs.late.id}?at=${iso(inMs)}`);
      expect(await at(0)).toMatchObject({ status: 200 });
      expect(await at(hourMs)).toMatchObject({ status: 422 });
    },
    60_000,
  );

  it('at a worker: it expires nothing that has time, and starts no retry before it is due', async () => {
    const api = apis.get('ahead')!;
    for (const id of expiring) expect(await api.finished(id)).toMatchObject({ state: 'succeeded' });
    for (const [id, appendedAt] of retries) {
      const job = await api.finished(id);
      expect(job).toMatchObject({ state: 'succeeded', attempt: 2 });
      expect(Date.parse(job.startedAt as string) - appendedAt).toBeGreaterThanOrEqual(laneMs - 100);
    }
  });

  it('are an alarm of each process: in its log once, in its metrics, and in the detail of its readiness', async () => {
    for (const [name, { service, side }] of processes) {
      const health = await fetch(`${service.url}/health/ready`);
      const { checks } = (await health.json()) as { checks: { clock: { detail: ClockDetail } } };
      const { alarms, skewMs } = checks.clock.detail;
      expect({ name, status: health.status, alarms }).toEqual({
        name,
        status: 200,
        alarms: Object.keys(skewMs).map((against) => expect.stringContaining(`that of ${against}`)),
      });
      for (const [against, ms] of Object.entries(skewMs)) {
        expect(Math.abs(ms - sides[side])).toBeLessThan(60_000);
        const lines = service.log.filter(
          ({ level, against: named }) => level === 'error' && named === against,
        );
        expect(lines).toHaveLength(1);
      }
      const families = readMetrics(await (await fetch(`${service.url}/metrics`)).text());
      const measured = families.find(({ name: family }) => family === 'jobstream_clock_skew_seconds')!;
      const values = measured.samples.map(({ value }) => Math.round(value / 60));
      expect(values).toEqual(Object.keys(skewMs).map(() => sides[side] / 60_000));
    }
  });
});

interface ClockDetail {
  readonly alarms: readonly string[];
  readonly skewMs: Readonly<Record<string, number>>;
}
