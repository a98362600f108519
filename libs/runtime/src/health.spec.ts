import { describe, expect, it } from '@jest/globals';
import { HealthRegistry, summarize, type Health } from './health.js';

describe('HealthRegistry', () => {
  it('is ready while every check is ok', async () => {
    const health = new HealthRegistry();
    health.add('kafka', () => ({ ok: true, detail: { brokers: 1 } }));
    expect(await health.report()).toEqual({
      ready: true,
      draining: false,
      checks: { kafka: { ok: true, detail: { brokers: 1 } } },
    });
  });

  it('counts a check that throws as not ok, with its message', async () => {
    const health = new HealthRegistry();
    health.add('postgres', () => Promise.reject(new Error('connection refused')));
    const report = await health.report();
    expect(report.ready).toBe(false);
    expect(report.checks.postgres).toEqual({ ok: false, why: 'connection refused' });
  });

  it('counts a check that does not answer as not ok', async () => {
    const health = new HealthRegistry();
    health.add('postgres', () => new Promise(() => undefined));
    expect((await health.report()).checks.postgres).toEqual({ ok: false, why: 'No answer within 1000 ms.' });
  });

  it('asks each part once for all callers, and not again within a second', async () => {
    let [now, asked] = [0, 0];
    let answer: (health: Health) => void = () => undefined;
    const health = new HealthRegistry('', () => now);
    health.add('kafka', () => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    });
    const reports = Array.from({ length: 100 }, () => health.report());
    now = 5_000;
    reports.push(health.report());
    answer({ ok: true });
    expect((await Promise.all(reports)).every(({ ready }) => ready)).toBe(true);
    expect(asked).toBe(1);

    const later = health.report();
    expect(asked).toBe(2);
    answer({ ok: false, why: 'no broker' });
    expect((await later).ready).toBe(false);
    now += 999;
    expect((await health.report()).ready).toBe(false);
    expect(asked).toBe(2);
    now += 1;
    void health.report();
    expect(asked).toBe(3);
  });

  it('shows at once that it drains, and a part that was added', async () => {
    const health = new HealthRegistry('', () => 0);
    health.add('kafka', () => ({ ok: true }));
    expect((await health.report()).ready).toBe(true);
    health.add('topics', () => ({ ok: false, why: 'none' }));
    expect(Object.keys((await health.report()).checks)).toEqual(['kafka', 'topics']);
    health.drain();
    expect((await health.report()).draining).toBe(true);
  });

  it('shows strangers which parts are up, without reasons and addresses', () => {
    const checks = {
      kafka: { ok: false, why: 'no answer from kafka.internal:9092' },
      storage: { ok: true, detail: { path: '/srv/objects' } },
    } as const;
    expect(summarize({ ready: false, draining: false, checks })).toEqual({
      ready: false,
      draining: false,
      checks: { kafka: { ok: false }, storage: { ok: true } },
    });
  });

  it('is not ready once it drains', async () => {
    const health = new HealthRegistry();
    health.drain();
    expect(await health.report()).toMatchObject({ ready: false, draining: true });
  });
});
