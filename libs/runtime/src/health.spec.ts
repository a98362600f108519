import { describe, expect, it } from '@jest/globals';
import { HealthRegistry } from './health.js';

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

  it('is not ready once it drains', async () => {
    const health = new HealthRegistry();
    health.drain();
    expect(await health.report()).toMatchObject({ ready: false, draining: true });
  });
});
