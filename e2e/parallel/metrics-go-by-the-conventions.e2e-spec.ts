import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FlowView } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';
import { endedFlow, fanOf, submitFlow } from '../flow-log.js';
import { readMetrics, type MetricFamily } from '../metric-families.js';

const services = {
  api: 1,
  projector: 1,
  scheduler: 1,
  'probe-worker': 1,
  'image-worker': 1,
  'report-worker': 1,
  'notification-worker': 1,
  'maintenance-worker': 1,
  'inference-worker': 1,
  'http-worker': 1,
};

/** Everything that a label may say: a choice among few, never an id. */
const labels = [
  'service',
  'type',
  'outcome',
  'met',
  'reason',
  'lane',
  'queue',
  'decision',
  'kind',
  'method',
  'route',
  'status',
  'alarm',
  'against',
  // Of Node's own series, and of histograms.
  'le',
  'space',
  'version',
  'major',
  'minor',
  'patch',
];

/** Prometheus' base units, and what is counted. */
const units =
  /_(seconds|bytes|records|rows|jobs|letters|workers|paused|slots|attempts|outcomes|due|deliveries|held|watched|alarms|topics|types|servers|flows)$/;

const id = /[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}/;

/** What breaks the conventions (prometheus.io/docs/practices/naming), as promtool would say it. */
function faultsOf({ name, type, help, samples }: MetricFamily): string[] {
  const faults: string[] = [];
  if (!/^[a-z][a-z0-9_]*$/.test(name)) faults.push('is no snake case');
  if (help === '') faults.push('has no help');
  if (type === 'untyped') faults.push('has no type');
  for (const label of new Set(samples.flatMap((sample) => Object.keys(sample.labels))))
    if (!labels.includes(label)) faults.push(`has a label ${label}`);
  if (samples.some((sample) => Object.values(sample.labels).some((value) => id.test(value))))
    faults.push('has an id as a label');
  if (!name.startsWith('jobstream_')) return faults;
  const isCounter = type === 'counter';
  if (isCounter !== name.endsWith('_total')) faults.push('is a counter or ends in _total, but not both');
  if (/_(ms|millis|milliseconds|minutes|kb|mb|percent)(_|$)/.test(name)) faults.push('is not in base units');
  if (!units.test(name) && !isCounter) faults.push('does not say what it counts or measures');
  if (type === 'histogram' && !name.endsWith('_seconds')) faults.push('is a histogram of no unit');
  if (!/^[A-Z0-9].*\.$/s.test(help)) faults.push('has a help that is no sentence');
  return faults;
}

describe('metrics go by Prometheus’ conventions, and docs/metrics.md has them all', () => {
  let platform: Platform;
  const families = new Map<string, MetricFamily>();
  beforeAll(async () => {
    platform = await Platform.start({ services, environment: { SMTP_URL: 'smtp://127.0.0.1:1' } });
    const { api } = platform;
    const ids = [
      await api.submitted('probe.run', { failTimes: 1 }),
      await api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' }),
    ];
    await api.get('/v1/jobs/7');
    const unique = { type: 'probe.run', payload: { sleepMs: 3_000 }, unique: { key: 'one' } };
    for (let nth = 0; nth < 2; nth += 1) ids.push((await api.post('/v1/jobs', unique)).body.id as string);
    const flow = await submitFlow(platform, fanOf(2, {}));
    const job = { name: 'late', type: 'probe.run', payload: {}, delay: '1h' } as const;
    const open = await submitFlow(platform, { jobs: [job] });
    for (const id of ids) await api.finished(id);
    await endedFlow(platform, flow);
    const { jobs } = (await api.get<FlowView>(`/v1/flows/${open}`)).body;
    await eventually(() => api.job(jobs[0]!.id));
    for (const { name, url } of platform.processes) {
      const response = await fetch(`${url}/metrics`);
      expect([name, response.headers.get('content-type')]).toEqual([
        name,
        expect.stringMatching(/^text\/plain; version=0\.0\.4/),
      ]);
      for (const family of readMetrics(await response.text())) {
        const known = families.get(family.name);
        families.set(family.name, { ...family, samples: [...(known?.samples ?? []), ...family.samples] });
      }
    }
  });
  afterAll(() => platform.stop());

  it('names, units, types, helps and labels', () => {
    const faults = [...families.values()].flatMap((family) =>
      faultsOf(family).map((fault) => `${family.name} ${fault}`),
    );
    expect(faults).toEqual([]);
    expect([...families.keys()]).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds']),
    );
    console.log(`${families.size} metrics of ${platform.processes.length} processes`);
  });

  it('are those of docs/metrics.md', () => {
    const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
    const documented = new Map(
      [...page.matchAll(/^\| `(jobstream_\w+)` +\| (\w+) +\| ([^|]*)\|/gm)].map(([, name, type, labels]) => [
        name!,
        `${type} ${labels!.trim()}`,
      ]),
    );
    const ours = [...families.values()].filter(({ name }) => name.startsWith('jobstream_'));
    expect([...documented.keys()].sort()).toEqual(ours.map(({ name }) => name).sort());
    for (const { name, type } of ours)
      expect([name, documented.get(name)!.split(' ')[0]]).toEqual([name, type]);
  });

  it('tell what happened', async () => {
    const value = (name: string, wanted: Record<string, string>) =>
      (families.get(name)?.samples ?? [])
        .filter(({ labels }) => Object.entries(wanted).every(([label, text]) => labels[label] === text))
        .reduce((sum, sample) => sum + sample.value, 0);
    expect(value('jobstream_jobs_accepted_total', {})).toBe(3);
    expect(
      value('jobstream_attempts_total', { type: 'probe.run', outcome: 'retrying' }),
    ).toBeGreaterThanOrEqual(1);
    expect(value('jobstream_dead_letters_total', { reason: 'non_retryable' })).toBe(1);
    expect(
      value('jobstream_http_request_duration_seconds', { route: '/v1/jobs/:id', status: '400' }),
    ).toBeGreaterThan(0);
    expect(value('jobstream_queue_workers', { queue: 'probe' })).toBe(1);
    expect(value('jobstream_flows_made_total', {})).toBe(2);
    expect(value('jobstream_flows_ended_total', { outcome: 'succeeded' })).toBe(1);
    expect(value('jobstream_flow_jobs_released_total', {})).toBe(5);
    expect(value('jobstream_open_flows', {})).toBe(1);
    expect(value('jobstream_oldest_open_flow_seconds', {})).toBeGreaterThan(0);
    const metConflicts = value('jobstream_unique_key_conflicts_total', { outcome: 'returned' });
    expect([value('jobstream_unique_keys_taken_total', {}), metConflicts]).toEqual([1, 1]);
    expect(value('jobstream_unique_keys_freed_total', { reason: 'ended' })).toBe(1);
    expect(value('jobstream_unique_keys_held', {})).toBe(0);
    expect(value('jobstream_produced_records_total', { outcome: 'acknowledged' })).toBeGreaterThan(3);
  });

  it('show how long a queue has waited once its worker is gone', async () => {
    // The scheduled health check sends a probe too. One under way is finished; then no other comes.
    await platform.one('scheduler').stop();
    await platform.one('maintenance-worker').stop();
    await platform.one('probe-worker').stop();
    await platform.api.submitted('probe.run', {});
    await eventually(async () => {
      const metrics = readMetrics(await (await fetch(`${platform.one('api').url}/metrics`)).text());
      const of = (name: string) =>
        metrics
          .find((family) => family.name === name)
          ?.samples.find(({ labels: { queue, lane = 'normal' } }) => queue === 'probe' && lane === 'normal')
          ?.value;
      expect(of('jobstream_queue_lag_records')).toBe(1);
      expect(of('jobstream_queue_oldest_waiting_seconds')).toBeGreaterThan(0.5);
      expect(of('jobstream_queue_workers')).toBe(0);
    });
  });
});
