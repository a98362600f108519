import type { ListedObject, ObjectStorage, OpenObject, StoredObject } from './object-storage.js';
import { ObjectExistsError } from './storage-errors.js';

const folder = 'discarded/';

/**
 * Deletes objects in two steps. One that is discarded is out of the way, but readers still find it by its old key;
 * later it is restored or purged. What was asked for in the meantime decides which: nobody has to tell in advance.
 */
export class DiscardedObjects {
  constructor(private readonly storage: ObjectStorage) {}

  /**
   * Discards an object that was last written before then; false where there is none such.
   * @throws StorageUnavailableError
   */
  discard(key: string, before: Date): Promise<boolean> {
    return this.storage.move(key, `${folder}${key}`, before);
  }

  /** The discarded objects, by their old keys; `modifiedAt` is when they were discarded. @throws StorageUnavailableError */
  async *list(): AsyncGenerator<ListedObject> {
    for await (const { key, ...object } of this.storage.list(folder))
      yield { key: key.slice(folder.length), ...object };
  }

  /** Deletes a discarded object for good. @throws StorageUnavailableError */
  purge(key: string): Promise<void> {
    return this.storage.delete(`${folder}${key}`);
  }

  /**
   * Puts a discarded object back in its place, as if written now, unless another one has taken it; false where none is
   * discarded.
   * @throws StorageUnavailableError, StorageFullError
   */
  async restore(key: string): Promise<boolean> {
    const discarded = await this.storage.get(`${folder}${key}`);
    if (!discarded) return false;
    const { contentType, bytes } = discarded.object;
    try {
      await this.storage.put(key, discarded.body, { contentType, ifAbsent: true, maxBytes: bytes });
    } catch (error) {
      if (!(error instanceof ObjectExistsError)) throw error;
    } finally {
      discarded.body.destroy();
    }
    await this.purge(key);
    return true;
  }

  /** The facts of an object, which is restored if it was discarded; undefined if it does not exist. @throws as {@link restore} */
  async find(key: string): Promise<StoredObject | undefined> {
    const found = await this.storage.head(key);
    if (found) return found;
    await this.restore(key);
    return this.storage.head(key);
  }

  /** Opens an object, discarded or not; undefined if it does not exist. @throws StorageUnavailableError */
  async open(key: string): Promise<OpenObject | undefined> {
    const { storage } = this;
    // The last look is for one that is restored just now.
    return (await storage.get(key)) ?? (await storage.get(`${folder}${key}`)) ?? storage.get(key);
  }
}
