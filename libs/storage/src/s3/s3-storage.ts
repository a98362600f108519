import type { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  type CopyObjectCommandInput,
} from '@aws-sdk/client-s3';
import { holdError } from '../object-body.js';
import { assertContentType, assertKey, assertPrefix, isKey } from '../object-key.js';
import {
  defaultMaxObjectBytes,
  ObjectStorage,
  type ListedObject,
  type OpenObject,
  type PutOptions,
  type PutReceipt,
  type StoredObject,
} from '../object-storage.js';
import { ObjectDamagedError, ObjectExistsError, StorageUnavailableError } from '../storage-errors.js';
import { attempt, statusOf } from './s3-errors.js';
import { Spool } from './spool.js';

/** Where an {@link S3Storage} keeps its objects. */
export interface S3Place {
  readonly bucket: string;
  /** Prefix of all keys in the bucket: empty, or ending with a slash. */
  readonly prefix: string;
  /** The address of a store that is not Amazon's. Default: as the SDK finds it. */
  readonly endpoint?: string | undefined;
  /** Default: as the SDK finds it. */
  readonly region?: string | undefined;
}

/** Not a key of ours, so no listing shows it. */
const probeName = '.writable';

/**
 * Objects in a bucket of S3, or of a store that speaks its language and knows conditional writes (`If-None-Match: *`).
 * Credentials come from where the SDK looks for them. An object's SHA-256 stands in its metadata, and the store checks the
 * bytes against it as they arrive.
 */
export class S3Storage extends ObjectStorage {
  private readonly client: S3Client;

  constructor(private readonly place: S3Place) {
    super();
    const { endpoint, region } = place;
    this.client = new S3Client({
      ...(region !== undefined && { region }),
      // Other stores rarely have a host name for each bucket, and know fewer checksums than the SDK would add.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
    });
  }

  /** The bucket itself has to be there. */
  override async prepare(): Promise<void> {
    await this.check();
    const probe = { ...this.at(probeName), Body: '', ContentLength: 0 };
    await attempt(this.place.bucket, () => this.client.send(new PutObjectCommand(probe)));
  }

  override async put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<PutReceipt> {
    const { contentType, maxBytes = defaultMaxObjectBytes } = options;
    assertKey(key);
    assertContentType(contentType);
    holdError(body);
    const spool = await Spool.take(key, body, maxBytes);
    const { bytes, sha256 } = spool;
    const object = { key, bytes, contentType, sha256 };
    try {
      if (options.ifAbsent) return { ...object, written: await this.sendUnlessThere(object, spool) };
      await attempt(key, () => this.send(object, spool, {}));
      return { ...object, written: true };
    } finally {
      await spool.close();
    }
  }

  override async get(key: string): Promise<OpenObject | undefined> {
    assertKey(key);
    const found = await attempt(key, () =>
      this.client.send(new GetObjectCommand(this.at(key))).catch(undefinedIfMissing),
    );
    if (found === undefined) return undefined;
    const body = found.Body as Readable;
    try {
      return { object: describe(key, found), body };
    } catch (error) {
      body.destroy();
      throw error;
    }
  }

  override async head(key: string): Promise<StoredObject | undefined> {
    assertKey(key);
    const found = await attempt(key, () =>
      this.client.send(new HeadObjectCommand(this.at(key))).catch(undefinedIfMissing),
    );
    return found && describe(key, found);
  }

  override async delete(key: string): Promise<void> {
    assertKey(key);
    await attempt(key, () => this.client.send(new DeleteObjectCommand(this.at(key))));
  }

  /** What is written to its old place between the copy and the deletion, milliseconds, goes. */
  override async move(from: string, to: string, before: Date): Promise<boolean> {
    assertKey(from);
    assertKey(to);
    // S3 keeps whole seconds.
    const unlessWrittenSince = { CopySourceIfUnmodifiedSince: new Date(before.getTime() - 1_000) };
    if (!(await attempt(from, () => this.copy(from, to, unlessWrittenSince)))) return false;
    await this.delete(from);
    return true;
  }

  override async *list(prefix: string): AsyncGenerator<ListedObject> {
    assertPrefix(prefix);
    const { bucket: Bucket, prefix: all } = this.place;
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket, Prefix: `${all}${prefix}` });
    for (;;) {
      const page = await attempt('a listing', () => pages.next());
      if (page.done) return;
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of page.value.Contents ?? []) {
        const key = Key.slice(all.length);
        if (isKey(key)) yield { key, bytes: Size, modifiedAt: LastModified };
      }
    }
  }

  override async check(): Promise<void> {
    const { bucket: Bucket } = this.place;
    await attempt(Bucket, () => this.client.send(new HeadBucketCommand({ Bucket })));
  }

  /** Has an object that is there count as written now; false if it is gone. */
  private async renew(object: StoredObject, spool: Spool): Promise<boolean> {
    const there = await this.client
      .send(new HeadObjectCommand(this.at(object.key)))
      .catch(undefinedIfMissing);
    if (there?.ETag === undefined) return false;
    return this.send(object, spool, { IfMatch: there.ETag }).then(() => true, falseIfElse);
  }

  private copy(from: string, to: string, how: Partial<CopyObjectCommandInput>): Promise<boolean> {
    const { Bucket, Key } = this.at(from);
    const source = `${Bucket}/${encodeURIComponent(Key).replaceAll('%2F', '/')}`;
    const command = new CopyObjectCommand({ ...this.at(to), ...how, CopySource: source });
    return this.client.send(command).then(() => true, falseIfElse);
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.place.bucket, Key: `${this.place.prefix}${key}` };
  }

  private async send(
    { key, bytes, contentType, sha256 }: StoredObject,
    spool: Spool,
    condition: { IfNoneMatch?: '*'; IfMatch?: string },
  ): Promise<void> {
    await this.client.send(
      new PutObjectCommand({
        ...this.at(key),
        ...condition,
        Body: spool.read(),
        ContentLength: bytes,
        ContentType: contentType,
        ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        Metadata: { sha256 },
      }),
    );
  }

  /** Sends the object unless one is there; false if that one has the same bytes. */
  private async sendUnlessThere(object: StoredObject, spool: Spool): Promise<boolean> {
    const { key } = object;
    for (let tries = 1; ; tries++) {
      const sent = await attempt(key, () =>
        this.send(object, spool, { IfNoneMatch: '*' }).then(() => true, falseIfRefused),
      );
      if (sent) return true;
      // 409 says that another writer, or a deletion, is under way: then what is there shows at the next look, or nothing.
      const existing = await this.head(key);
      if (existing !== undefined && existing.sha256 !== object.sha256) throw new ObjectExistsError(existing);
      if (existing !== undefined && (await attempt(key, () => this.renew(object, spool)))) return false;
      if (tries === maxTries) {
        const cause = new Error(`It was refused ${tries} times as being there, and is not there.`);
        throw new StorageUnavailableError(key, { cause });
      }
    }
  }
}

const maxTries = 10;

/** A copy that was refused: its source is gone, or was written since. */
function falseIfElse(error: unknown): false {
  if (statusOf(error) !== 404 && statusOf(error) !== 412) throw error;
  return false;
}

function describe(
  key: string,
  found: { ContentLength?: number; ContentType?: string; Metadata?: Record<string, string> },
): StoredObject {
  const { ContentLength: bytes, ContentType: contentType = '', Metadata } = found;
  const sha256 = Metadata?.sha256;
  if (sha256 === undefined || bytes === undefined) {
    throw new ObjectDamagedError(key, 'It does not say its hash as ours do.');
  }
  return { key, bytes, contentType, sha256 };
}

function undefinedIfMissing(error: unknown): undefined {
  const { name } = error as Error;
  if (name !== 'NoSuchKey' && name !== 'NotFound') throw error;
}

/** 412: something is there. 409: another write of the same key is under way. */
function falseIfRefused(error: unknown): false {
  const status = statusOf(error);
  if (status !== 412 && status !== 409) throw error;
  return false;
}
