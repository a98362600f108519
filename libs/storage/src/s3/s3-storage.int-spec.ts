import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { OwnS3 } from '@jobstream/testing';
import { describeObjectStorage } from '../object-storage.contract-spec.js';
import type { ObjectStorage } from '../object-storage.js';
import { openStorage, storageSettings } from '../storage-settings.js';

let server: OwnS3;
const environment: Record<string, string | undefined> = {};

// The very first time the server is fetched, 34 MB.
beforeAll(async () => {
  server = await OwnS3.start();
  for (const [name, value] of Object.entries(server.environment('')).filter(([name]) =>
    name.startsWith('AWS_'),
  )) {
    environment[name] = process.env[name];
    process.env[name] = value;
  }
}, 600_000);
afterAll(async () => {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await server.stop();
});

function open(more: object = {}): Promise<ObjectStorage> {
  return openStorage(storageSettings.parse({ ...server.environment(randomUUID()), ...more }));
}

// S3 itself is atomic; this server looks first and writes then.
describeObjectStorage('S3', async () => ({ storage: await open(), close: async () => undefined }), {
  atomic: false,
});

describe('S3', () => {
  it('fails to open when its bucket or its server does not exist', async () => {
    const unavailable = { code: 'storage_unavailable', retryable: true };
    await expect(open({ STORAGE_URL: 's3://no-such-bucket' })).rejects.toMatchObject(unavailable);
    await expect(open({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' })).rejects.toMatchObject(unavailable);
  });

  it('reports an object that something else wrote as not ours, and lists it all the same', async () => {
    const prefix = randomUUID();
    const storage = await open({ STORAGE_URL: `s3://jobstream/${prefix}` });
    const client = new S3Client({ endpoint: server.endpoint, forcePathStyle: true });
    const foreign = { Bucket: 'jobstream', Key: `${prefix}/foreign`, Body: 'x' };
    await client.send(new PutObjectCommand(foreign));
    client.destroy();
    await expect(storage.head('foreign')).rejects.toMatchObject({ code: 'object_damaged' });
    await expect(storage.get('foreign')).rejects.toMatchObject({ code: 'object_damaged' });
    const keys: string[] = [];
    for await (const { key } of storage.list('')) keys.push(key);
    expect(keys).toEqual(['foreign']);
  });
});
