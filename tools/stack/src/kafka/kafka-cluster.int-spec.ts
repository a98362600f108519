import { mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreePort } from '../addresses/free-port.js';
import { Guard } from '../processes/guard.js';
import { startKafka } from './kafka-cluster.js';
import { isKafkaReady } from './kafka-readiness.js';

describe('an embedded Kafka', () => {
  let guard: Guard;
  let folder: string;
  const locale = process.env.LC_ALL;
  beforeEach(() => {
    guard = Guard.start();
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'kafka-cluster-'));
    guard.removeAtEnd(folder);
  });
  afterEach(async () => {
    if (locale === undefined) delete process.env.LC_ALL;
    else process.env.LC_ALL = locale;
    await guard.end();
  });

  it('starts with a cluster id that begins with a dash, as one of 64 does, and keeps its data in a folder of any name', async () => {
    // Without UTF-8 Java would read the name as another one.
    process.env.LC_ALL = 'C';
    const name = `jörg's "日本", 100%41 #1 \\u0041`;
    const ports = [{ port: await findFreePort(), controllerPort: await findFreePort() }];
    mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, name, 'cluster.json'),
      JSON.stringify({ clusterId: '-w7QJ_GHpep-Vksg6r5XOQ', ports }),
    );
    const kafka = await startKafka({
      guard,
      folder: join(folder, name),
      logFolder: folder,
      throwaway: true,
    });
    expect(await isKafkaReady([kafka.addresses])).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([name, 'kafka-1.log'].sort());
    expect(readdirSync(join(folder, name, 'node-1'))).toContain('meta.properties');
  });
});
