import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  access,
  link,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  stat,
  statfs,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { chunksOf, holdError } from '../object-body.js';
import { assertContentType, assertKey, assertPrefix } from '../object-key.js';
import {
  defaultMaxObjectBytes,
  ObjectStorage,
  type ListedObject,
  type OpenObject,
  type PutOptions,
  type PutReceipt,
  type StoredObject,
} from '../object-storage.js';
import {
  ObjectDamagedError,
  ObjectExistsError,
  ObjectTooLargeError,
  StorageFullError,
  StorageUnavailableError,
} from '../storage-errors.js';
import { DirectorySync, syncDirectory } from './directory-sync.js';
import { decodeFooter, encodeFooter, footerBytes } from './object-footer.js';
import { partOfDirectory, partOfFile, pathOfKey } from './object-path.js';
import { nextTemporaryPath, removeAbandoned, timeIn } from './temporary-files.js';

const readAheadBytes = 256 * 1024;

/**
 * Objects as files of one directory, which several processes, and machines by a network file system that has hard
 * links, may share. A write goes to a temporary file of the same file system, is forced to the disk and then renamed
 * (linked for `ifAbsent`) into place, so a crash at any moment leaves the old object or the new one.
 */
export class DiskStorage extends ObjectStorage {
  private readonly objects: string;
  private readonly temporary: string;

  private readonly directory: string;
  private readonly directories = new DirectorySync();

  /** @param directory made if missing */
  constructor(directory: string) {
    super();
    this.directory = resolve(directory);
    this.objects = join(this.directory, 'objects');
    this.temporary = join(this.directory, 'temporary');
  }

  /** Also removes what crashed processes left half-written. */
  override async prepare(): Promise<void> {
    await this.attempt(this.directory, async () => {
      await makeDirectory(this.objects);
      await makeDirectory(this.temporary);
      await removeAbandoned(this.temporary);
    });
    await this.check();
  }

  override async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<PutReceipt> {
    assertKey(key);
    assertContentType(options.contentType);
    holdError(body);
    const temporary = nextTemporaryPath(this.temporary);
    let isLeft = true;
    try {
      const object = await this.write(temporary, key, body, options);
      if (options.ifAbsent) return { ...object, written: await this.linkUnlessThere(temporary, object) };
      await this.publish(key, (path) => rename(temporary, path).then(() => (isLeft = false)));
      return { ...object, written: true };
    } finally {
      // What can't be removed now is swept when the storage is opened next.
      if (isLeft) await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  override async get(key: string): Promise<OpenObject | undefined> {
    const file = await this.openFile(key);
    if (file === undefined) return undefined;
    try {
      const object = await this.readFooter(file, key);
      return {
        object,
        body: await streamOf(file, object.bytes),
        file: { path: this.pathOf(key), trailingBytes: footerBytes },
      };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  override async head(key: string): Promise<StoredObject | undefined> {
    const file = await this.openFile(key);
    if (file === undefined) return undefined;
    try {
      return await this.readFooter(file, key);
    } finally {
      await file.close();
    }
  }

  override async delete(key: string): Promise<void> {
    assertKey(key);
    await this.attempt(key, () => rm(this.pathOf(key), { force: true }));
  }

  /** What is written to its old place while it is moved stays there. */
  override async move(from: string, to: string, before: Date): Promise<boolean> {
    assertKey(from);
    assertKey(to);
    const [source, target] = [this.pathOf(from), this.pathOf(to)];
    const isOld = (file: Stats | undefined) => file !== undefined && file.mtime < before;
    return this.attempt(from, async () => {
      if (!isOld(await stat(source).catch(undefinedIf('ENOENT')))) return false;
      await makeDirectory(dirname(target));
      if (!(await rename(source, target).then(isTrue, falseIf('ENOENT')))) return false;
      // It may have been written once more since it was looked at.
      const isMoved = isOld(await stat(target));
      if (isMoved) await this.touch(target);
      else await this.moveBack(target, source);
      await this.directories.sync(dirname(target));
      await this.directories.sync(dirname(source));
      return isMoved;
    });
  }

  /** Unless another object is there by now. */
  private async moveBack(path: string, place: string): Promise<void> {
    await link(path, place).catch(undefinedIf('EEXIST'));
    await rm(path);
  }

  override async *list(prefix: string): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    yield* this.listDirectory(this.objects, '', prefix);
  }

  override async check(): Promise<void> {
    await this.attempt(this.directory, async () => {
      await access(this.objects, constants.R_OK | constants.W_OK);
      await access(this.temporary, constants.W_OK);
    });
    const { bavail } = await this.attempt(this.directory, () => statfs(this.objects));
    if (bavail === 0) throw new StorageFullError('anything');
  }

  private pathOf(key: string): string {
    return join(this.objects, pathOfKey(key));
  }

  private async write(
    path: string,
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    { contentType, maxBytes = defaultMaxObjectBytes }: PutOptions,
  ): Promise<StoredObject> {
    const file = await this.attempt(key, () => open(path, 'wx'));
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      // Written together with what comes next: a small object and its footer are one write.
      let held: Uint8Array | undefined;
      for await (const chunk of chunksOf(body)) {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) throw new ObjectTooLargeError(key, maxBytes);
        hash.update(chunk);
        const before = held;
        if (before !== undefined) await this.attempt(key, () => file.writeFile(before));
        held = chunk;
      }
      const sha256 = hash.digest('hex');
      const footer = encodeFooter({ contentType, sha256 });
      await this.attempt(key, async () => {
        await file.writeFile(held === undefined ? footer : Buffer.concat([held, footer]));
        await file.sync();
      });
      return { key, bytes, contentType, sha256 };
    } finally {
      await file.close();
    }
  }

  /** Links the file to its place unless an object is there; false if that one has the same bytes. */
  private async linkUnlessThere(temporary: string, object: StoredObject): Promise<boolean> {
    for (;;) {
      const placed = await this.publish(object.key, (path) =>
        link(temporary, path).then(isTrue, falseIf('EEXIST')),
      );
      if (placed) return true;
      const existing = await this.head(object.key);
      if (existing !== undefined && existing.sha256 !== object.sha256) throw new ObjectExistsError(existing);
      if (existing !== undefined && (await this.renew(object.key))) return false;
    }
  }

  /** Has an object count as written now; false if it is gone. */
  private renew(key: string): Promise<boolean> {
    return this.attempt(key, () => this.touch(this.pathOf(key)).then(isTrue, falseIf('ENOENT')));
  }

  /** Dates a file as one that is written now: by the file system's time, as all others are. */
  private async touch(path: string): Promise<void> {
    const now = new Date(await timeIn(this.temporary));
    await utimes(path, now, now);
  }

  private async publish<T>(key: string, place: (path: string) => Promise<T>): Promise<T> {
    const path = this.pathOf(key);
    return this.attempt(key, async () => {
      // Nearly always the directory is there.
      const placed = await place(path).catch(async (error: unknown) => {
        undefinedIf('ENOENT')(error);
        await makeDirectory(dirname(path));
        return place(path);
      });
      await this.directories.sync(dirname(path));
      return placed;
    });
  }

  private async openFile(key: string): Promise<FileHandle | undefined> {
    assertKey(key);
    return this.attempt(key, () => open(this.pathOf(key), 'r').catch(undefinedIf('ENOENT')));
  }

  private async readFooter(file: FileHandle, key: string): Promise<StoredObject> {
    const { size } = await this.attempt(key, () => file.stat());
    const bytes = size - footerBytes;
    if (bytes < 0) throw new ObjectDamagedError(key, `Its file has only ${size} bytes.`);
    const { buffer } = await this.attempt(key, () =>
      file.read(Buffer.alloc(footerBytes), 0, footerBytes, bytes),
    );
    const footer = decodeFooter(buffer);
    if (footer === undefined) throw new ObjectDamagedError(key, 'Its file does not end as ours do.');
    return { key, bytes, ...footer };
  }

  private async *listDirectory(directory: string, at: string, prefix: string): AsyncGenerator<ListedObject> {
    const entries = await this.attempt(at || 'a listing', () =>
      opendir(directory).catch(undefinedIf('ENOENT')),
    );
    if (entries === undefined) return;
    for await (const entry of entries) {
      const path = join(directory, entry.name);
      const part = entry.isDirectory() ? partOfDirectory(entry.name) : partOfFile(entry.name);
      if (part === undefined) continue;
      const key = `${at}${part}`;
      if (entry.isDirectory()) {
        const below = `${key}/`;
        if (below.startsWith(prefix) || prefix.startsWith(below))
          yield* this.listDirectory(path, below, prefix);
      } else if (key.startsWith(prefix)) {
        const file = await this.attempt(key, () => stat(path).catch(undefinedIf('ENOENT')));
        if (file) yield { key, bytes: file.size - footerBytes, modifiedAt: file.mtime };
      }
    }
  }

  /** Does something with the file system; its errors become ours. */
  private async attempt<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOSPC' || code === 'EDQUOT') throw new StorageFullError(what, { cause });
      throw new StorageUnavailableError(what, { cause });
    }
  }
}

async function streamOf(file: FileHandle, bytes: number): Promise<Readable> {
  if (bytes > 0) return file.createReadStream({ start: 0, end: bytes - 1, highWaterMark: readAheadBytes });
  await file.close();
  return Readable.from([]);
}

/** Makes the directory and those above it, each forced to the disk. */
async function makeDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made))
    await syncDirectory(dirname(made));
}

function undefinedIf(code: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== code) throw error;
    return undefined;
  };
}

function falseIf(code: string): (error: unknown) => false {
  return (error) => {
    undefinedIf(code)(error);
    return false;
  };
}

const isTrue = () => true;
