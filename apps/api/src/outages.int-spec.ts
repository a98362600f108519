import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { problemSchema } from '@jobstream/contracts/rest';
import { eventually, Platform, ServiceProcess, type Answer } from '@jobstream/testing';

const photograph = readFileSync(new URL('../../../tools/stack/assets/photo.jpg', import.meta.url));
const nowhere = 'postgres://nobody:secret@127.0.0.1:1/none';

function expectOutage(answer: Answer<unknown>, code: string): void {
  expect(answer).toMatchObject({ status: 503, body: { code } });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(problemSchema.parse(answer.body).detail).not.toMatch(/127\.0\.0\.1|secret|ECONN/);
}

describe('while Postgres is away', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1 }, environment: { DATABASE_URL: nowhere } });
  });
  afterAll(() => platform?.stop());

  it('is ready and accepts jobs', async () => {
    expect((await platform.api.get('/health/ready')).body).toMatchObject({
      ready: true,
      checks: { database: { detail: { reachable: false } } },
    });
    expect((await platform.api.submit('probe.run', {})).status).toBe(202);
    const batch = await platform.api.post('/v1/jobs/batch', { items: [{ type: 'probe.run', payload: {} }] });
    expect(batch.status).toBe(202);
  });

  it('refuses only what needs it', async () => {
    expectOutage(
      await platform.api.submit('probe.run', {}, { 'idempotency-key': randomUUID() }),
      'database_unavailable',
    );
    expectOutage(await platform.api.get(`/v1/jobs/${newJobId()}`), 'database_unavailable');
    expectOutage(await platform.api.get('/v1/jobs'), 'database_unavailable');
    expectOutage(await platform.api.get(`/tasks/${newJobId()}`), 'database_unavailable');
  });
});

describe('while Kafka is away', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: {}, environment: { KAFKA_BROKERS: '127.0.0.1:1' } });
  });
  afterAll(() => platform?.stop());

  it('lives, is not ready, and refuses jobs without losing any', async () => {
    const api = await ServiceProcess.launch('api', platform.environment());
    platform.processes.push(api);
    await eventually(async () => expect((await fetch(`${api.url}/health/live`)).status).toBe(200));
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    expectOutage(await platform.api.submit('probe.run', {}), 'broker_unavailable');
    for (const asked of [
      platform.api.get('/v1/queues/probe/dead-letters'),
      platform.api.post('/v1/replays', {
        source: 'history',
        queue: 'probe',
        only: 'failed',
        dryRun: true,
        why: 'a test',
      }),
    ])
      expectOutage(await asked, 'broker_unavailable');
    const key = { 'idempotency-key': randomUUID() };
    await eventually(async () =>
      expectOutage(await platform.api.submit('probe.run', {}, key), 'broker_unavailable'),
    );
    expect(await api.stop()).toBe(0);
  });
});

describe('while the storage is away', () => {
  it('starts, accepts jobs, and takes files as soon as it is there', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'jobstream-away-'));
    const folder = join(parent, 'not-mounted');
    writeFileSync(folder, 'in its place');
    const platform = await Platform.start({ services: { api: 1 }, environment: { STORAGE_DIR: folder } });
    try {
      const upload = () =>
        platform.api.request('PUT', '/images/one', {
          body: photograph,
          headers: { 'content-type': 'image/jpeg' },
        });
      expectOutage(await upload(), 'storage_unavailable');
      expect((await platform.api.submit('probe.run', {})).status).toBe(202);
      rmSync(folder);
      await eventually(async () => expect((await upload()).status).toBe(201));
    } finally {
      await platform.stop();
      rmSync(parent, { recursive: true });
    }
  });
});

describe('while the disk is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobstream-full-'));
  const mounted = mount(folder);
  let platform: Platform;
  beforeAll(async () => {
    if (mounted)
      platform = await Platform.start({ services: { api: 1 }, environment: { STORAGE_DIR: folder } });
  });
  afterAll(async () => {
    await platform?.stop();
    if (mounted) execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  (mounted ? it : it.skip)('says so, shows nothing half-written, and still accepts jobs', async () => {
    const upload = (body: Uint8Array) =>
      platform.api.request('PUT', '/images/large', { body, headers: { 'content-type': 'image/jpeg' } });
    const answer = await upload(Buffer.concat([photograph, Buffer.alloc(4 * 1024 * 1024)]));
    expect(answer).toMatchObject({ status: 507, body: { code: 'storage_full' } });
    expect((await platform.api.get('/images/large/thumbnail')).body).toMatchObject({
      code: 'image_not_found',
    });
    expect(readdirSync(join(folder, 'temporary'))).toEqual([]);
    expect((await platform.api.submit('probe.run', {})).status).toBe(202);
    expect((await upload(photograph.subarray(0, 20_000))).status).toBe(201);
  });
});

/** A file system with room for 2 MiB; false where this user may not mount one. */
function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('SIGTERM', () => {
  it('lets a request finish that is on its way, takes no new one, and ends with code 0', async () => {
    const platform = await Platform.start({ services: { api: 1 } });
    try {
      const api = platform.one('api');
      const upload = request(`${api.url}/images/slow`, {
        method: 'PUT',
        headers: { 'content-type': 'image/jpeg', 'content-length': photograph.length },
      });
      const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
      upload.write(photograph.subarray(0, 10_000));
      await eventually(async () =>
        expect(readdirSync(join(storageOf(platform), 'temporary'))).toHaveLength(1),
      );
      api.signal('SIGTERM');
      await eventually(() => expect(fetch(`${api.url}/health/live`)).rejects.toThrow());
      upload.end(photograph.subarray(10_000));
      expect((await answered)[0].statusCode).toBe(201);
      expect((await api.ended).code).toBe(0);
    } finally {
      await platform.stop();
    }
  });
});

function storageOf(platform: Platform): string {
  return platform.environment().STORAGE_DIR!;
}
