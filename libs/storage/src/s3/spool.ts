import { createHash, randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { chunksOf } from '../object-body.js';
import { ObjectTooLargeError, StorageFullError, StorageUnavailableError } from '../storage-errors.js';

/**
 * The bytes of an object on their way: S3 wants to know their number and hash before the first of them. They wait in a
 * temporary file without a name, which nothing can leave behind.
 */
export class Spool {
  private constructor(
    private readonly file: FileHandle,
    readonly bytes: number,
    /** SHA-256, in lower case hex. */
    readonly sha256: string,
  ) {}

  /**
   * Takes the bytes in.
   * @throws ObjectTooLargeError past `maxBytes`, StorageFullError, StorageUnavailableError, and what the body ended with
   */
  static async take(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<Spool> {
    const file = await attempt(key, openUnnamed);
    try {
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of chunksOf(body)) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) throw new ObjectTooLargeError(key, maxBytes);
        hash.update(chunk);
        await attempt(key, () => file.writeFile(chunk));
      }
      return new Spool(file, bytes, hash.digest('hex'));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The bytes from the first on, as often as asked. */
  read(): Readable {
    return this.file.createReadStream({ start: 0, autoClose: false });
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

async function openUnnamed(): Promise<FileHandle> {
  const path = join(tmpdir(), `jobstream-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path, { force: true });
  return file;
}

async function attempt<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new StorageFullError(key, { cause });
    throw new StorageUnavailableError(key, { cause });
  }
}
