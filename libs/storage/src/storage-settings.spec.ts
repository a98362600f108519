import { describe, expect, it } from '@jest/globals';
import { placeOf, storageSettings } from './storage-settings.js';

const place = (settings: object) => placeOf(storageSettings.parse(settings));

const messageOf = (settings: object) =>
  storageSettings
    .safeParse(settings)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join();

describe('the storage settings', () => {
  it.each([
    ['s3://bucket', { bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket-1/a', { bucket: 'my.bucket-1', prefix: 'a/' }],
    ['s3://bucket/a/b.c/', { bucket: 'bucket', prefix: 'a/b.c/' }],
  ])('%s names a bucket and a prefix', (STORAGE_URL, expected) => {
    expect(place({ STORAGE_URL })).toEqual({ ...expected, endpoint: undefined, region: undefined });
  });

  it('take the address of another store than Amazon’s, which has no regions', () => {
    const STORAGE_URL = 's3://bucket';
    const AWS_ENDPOINT_URL = 'http://store.test:9000';
    expect(place({ STORAGE_URL, AWS_ENDPOINT_URL })).toMatchObject({
      endpoint: AWS_ENDPOINT_URL,
      region: 'us-east-1',
    });
    expect(place({ STORAGE_URL, AWS_REGION: 'eu-central-1' })).toMatchObject({ region: 'eu-central-1' });
  });

  it('refuse neither place, and both, naming what to set', () => {
    expect(messageOf({})).toBe(
      'STORAGE_DIR: name a directory that all processes of the platform see, or a bucket by STORAGE_URL',
    );
    expect(messageOf({ STORAGE_DIR: '/objects', STORAGE_URL: 's3://bucket' })).toBe(
      'STORAGE_URL: STORAGE_DIR is set too, and objects are kept in one place: set one of them',
    );
  });

  it.each([
    { STORAGE_URL: 'http://bucket' },
    { STORAGE_URL: 's3://' },
    { STORAGE_URL: 's3://UPPER' },
    { STORAGE_URL: 's3://key:secret@bucket' },
    { STORAGE_URL: 's3://bucket/a?b' },
  ])('refuse %j', (settings) => {
    expect(storageSettings.safeParse(settings).success).toBe(false);
  });
});
