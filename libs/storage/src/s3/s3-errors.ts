import { StorageFullError, StorageUnavailableError } from '../storage-errors.js';

/** How stores of this kind say that there is no room; S3 itself has no end. */
const fullNames: readonly string[] = ['QuotaExceeded', 'XMinioStorageFull', 'StorageFull'];

/** Asks the store for something; its errors become ours. */
export async function attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (statusOf(cause) === 507 || fullNames.includes((cause as Error).name)) {
      throw new StorageFullError(what, { cause });
    }
    throw new StorageUnavailableError(what, { cause });
  }
}

/** The HTTP status that an error of the SDK came with; undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
