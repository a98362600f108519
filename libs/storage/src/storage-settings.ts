import { z } from 'zod';
import { DiskStorage } from './disk/disk-storage.js';
import type { ObjectStorage } from './object-storage.js';

/** Where objects are kept; shared by all processes of a platform. */
export const storageSettings = z.object({
  /** A directory; made if missing. All processes have to see the same one. */
  STORAGE_DIR: z.string('name a directory that all processes of the platform see'),
});

/** See {@link storageSettings}. */
export type StorageSettings = z.infer<typeof storageSettings>;

/**
 * Opens the storage that the settings name.
 * @throws StorageUnavailableError when it can't be reached or written to.
 */
export function openStorage(settings: StorageSettings): Promise<ObjectStorage> {
  return DiskStorage.open(settings.STORAGE_DIR);
}
