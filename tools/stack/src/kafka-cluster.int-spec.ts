import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreePort } from './free-port.js';
import { Guard } from './guard.js';
import { startKafka } from './kafka-cluster.js';
import { isKafkaReady } from './kafka-readiness.js';

describe('an embedded Kafka', () => {
  let guard: Guard;
  let folder: string;
  beforeEach(() => {
    guard = Guard.start();
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'kafka-cluster-'));
    guard.removeAtEnd(folder);
  });
  afterEach(() => guard.end());

  it('starts with a cluster id that begins with a dash, as one of 64 does', async () => {
    const ports = [{ port: await findFreePort(), controllerPort: await findFreePort() }];
    mkdirSync(join(folder, 'kafka'));
    writeFileSync(
      join(folder, 'kafka/cluster.json'),
      JSON.stringify({ clusterId: '-w7QJ_GHpep-Vksg6r5XOQ', ports }),
    );
    const kafka = await startKafka({
      guard,
      folder: join(folder, 'kafka'),
      logFolder: folder,
      throwaway: true,
    });
    expect(await isKafkaReady([kafka.addresses])).toBe(true);
  });
});
