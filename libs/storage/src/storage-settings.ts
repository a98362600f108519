import { z } from 'zod';
import { DiskStorage } from './disk/disk-storage.js';
import type { ObjectStorage } from './object-storage.js';
import { S3Storage, type S3Place } from './s3/s3-storage.js';

/** `s3://bucket`, or `s3://bucket/a/prefix`. */
const s3Url = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/+([A-Za-z0-9._/-]*?))?\/*$/;

/** Where objects are kept; shared by all processes of a platform. One of the first two, not both. */
export const storageSettings = z
  .object({
    /** A bucket, and a prefix in it: `s3://bucket/prefix`. */
    STORAGE_URL: z.string().regex(s3Url, 'give s3://bucket or s3://bucket/prefix').optional(),
    /** A directory; made if missing. All processes have to see the same one. */
    STORAGE_DIR: z.string().optional(),
    /** The address of an S3-speaking store that is not Amazon's; the SDK's own variables, this one first. */
    AWS_ENDPOINT_URL_S3: z.url().optional(),
    AWS_ENDPOINT_URL: z.url().optional(),
    AWS_REGION: z.string().optional(),
  })
  .refine(({ STORAGE_URL, STORAGE_DIR }) => (STORAGE_URL ?? STORAGE_DIR) !== undefined, {
    path: ['STORAGE_DIR'],
    error: 'name a directory that all processes of the platform see, or a bucket by STORAGE_URL',
  })
  .refine(({ STORAGE_URL, STORAGE_DIR }) => STORAGE_URL === undefined || STORAGE_DIR === undefined, {
    path: ['STORAGE_URL'],
    error: 'STORAGE_DIR is set too, and objects are kept in one place: set one of them',
  });

/** The settings of the storage, read. */
export type StorageSettings = z.infer<typeof storageSettings>;

/** The storage that the settings name, not prepared yet. */
export function createStorage(settings: StorageSettings): ObjectStorage {
  const { STORAGE_URL, STORAGE_DIR } = settings;
  return STORAGE_URL === undefined ? new DiskStorage(STORAGE_DIR!) : new S3Storage(placeOf(settings));
}

/** The storage that the settings name, prepared; throws as {@link ObjectStorage.prepare} does. */
export async function openStorage(settings: StorageSettings): Promise<ObjectStorage> {
  const storage = createStorage(settings);
  await storage.prepare();
  return storage;
}

/** Where the settings lead on S3. A store that is not Amazon's has no regions, but the SDK asks for one. */
export function placeOf(settings: StorageSettings): S3Place {
  const [, bucket, path = ''] = s3Url.exec(settings.STORAGE_URL!)!;
  const endpoint = settings.AWS_ENDPOINT_URL_S3 ?? settings.AWS_ENDPOINT_URL;
  return {
    bucket: bucket!,
    prefix: path === '' ? '' : `${path}/`,
    endpoint,
    region: settings.AWS_REGION ?? (endpoint === undefined ? undefined : 'us-east-1'),
  };
}
