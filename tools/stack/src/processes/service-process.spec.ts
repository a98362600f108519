import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  commonSettings,
  createMetrics,
  HealthRegistry,
  readSettings,
  startOpsServer,
  type OpsServer,
} from '@jobstream/runtime';
import { urlOf } from '../addresses/listen-address.js';
import { askReadiness, describeChecks } from './service-process.js';

describe('describeChecks', () => {
  it('says in whole sentences what is not ok', () => {
    const report = {
      checks: {
        kafka: { ok: false, why: 'no broker' },
        postgres: { ok: true },
        disk: { ok: false },
        orders: { ok: false, why: 'They are being read.' },
      },
    };
    expect(describeChecks(JSON.stringify(report))).toBe(
      'kafka: no broker. disk: Not ok. orders: They are being read.',
    );
  });

  it('says that a process stops', () => {
    expect(describeChecks('{"draining":true,"checks":{}}')).toBe('It is stopping.');
  });

  it('has nothing to say of what is no report', () => {
    expect(describeChecks('<html>')).toBe('');
  });
});

describe('askReadiness', () => {
  let ours: OpsServer;
  const health = new HealthRegistry('ours');
  beforeAll(async () => {
    const settings = readSettings(commonSettings, {});
    ours = await startOpsServer({ settings, health, metrics: createMetrics('spec') });
  });
  afterAll(() => ours.close());
  const ask = (token: string) => askReadiness(urlOf('127.0.0.1', ours.port), token);

  it('believes the process that it means', async () => {
    expect(await ask('ours')).toEqual({ ready: true, answered: true, why: '' });
  });

  it('does not take the API of another platform on the same port for ours', async () => {
    expect(await ask('theirs')).toEqual({
      ready: false,
      answered: false,
      why: `Another program answers at http://127.0.0.1:${ours.port}.`,
    });
  });

  it('does not take any other server for ours, and says when nobody answers', async () => {
    const foreign = createServer((_, response) => response.end('{"ready":true}'));
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const url = urlOf('127.0.0.1', (foreign.address() as AddressInfo).port);
    expect(await askReadiness(url, 'ours')).toMatchObject({ ready: false, answered: false });
    await new Promise((resolve) => foreign.close(resolve));
    expect((await askReadiness(url, 'ours')).why).toBe('It does not answer.');
  });
});
