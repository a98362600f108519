import type { Readable } from 'node:stream';

/** The facts of an object besides its bytes. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  /** SHA-256 of the bytes, in lower case hex. */
  readonly sha256: string;
}

/** A line of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** A file of this machine that holds an object. */
export interface ObjectFile {
  readonly path: string;
  /** So many bytes at the end of the file are not the object's. */
  readonly trailingBytes: number;
}

/** An object opened for reading. */
export interface OpenObject {
  readonly object: StoredObject;
  /**
   * Where another process may read it as a whole; undefined where it is not kept in a file of its own. The object may be moved or
   * deleted meanwhile, so whoever can not open the path reads the body.
   */
  readonly file?: ObjectFile;
  /** Its bytes. Read it to the end or destroy it: until then it holds a file or a connection. */
  readonly body: Readable;
}

/** How an object is stored. */
export interface PutOptions {
  /** A media type, at most 100 characters of printable ASCII, e.g. `image/jpeg`. */
  readonly contentType: string;
  /**
   * Never replaces: succeeds if nothing is there or the same bytes are, which then count as written now. Default false, the
   * last writer wins.
   */
  readonly ifAbsent?: boolean;
  /** The most bytes taken. Default {@link defaultMaxObjectBytes}. */
  readonly maxBytes?: number;
}

/** The result of storing an object. */
export interface PutReceipt extends StoredObject {
  /** False when `ifAbsent` met the same bytes and left them as they were. */
  readonly written: boolean;
}

/** The bytes an object may have unless its writer says otherwise: 64 MiB. */
export const defaultMaxObjectBytes = 64 * 1024 * 1024;

/**
 * Named objects: uploads, thumbnails, reports. An object appears and is replaced whole, bytes and content type together,
 * and once `put` has returned it survives the process and the machine. Keys are checked by `assertKey`, which all
 * methods throw {@link InvalidKeyError} from; any of them may throw {@link StorageUnavailableError}.
 */
export abstract class ObjectStorage {
  /**
   * Prepares the place for the first object, and checks that it can be written to. May be called again.
   * @throws StorageUnavailableError when it can't be reached or written to, StorageFullError when there is no room
   */
  abstract prepare(): Promise<void>;

  /**
   * Stores the bytes under the key, for good when it returns.
   * @throws ObjectExistsError when `ifAbsent` met other bytes, ObjectTooLargeError past `maxBytes`, StorageFullError
   * when there is no room, and whatever error the body ended with. Nothing is stored then, and a stream that was not
   * read to its end is left open: it may be a request that is still to be answered.
   */
  abstract put(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<PutReceipt>;

  /** Opens the object; undefined if it does not exist. A later `put` or `delete` does not disturb the reader. */
  abstract get(key: string): Promise<OpenObject | undefined>;

  /** The facts of the object; undefined if it does not exist. */
  abstract head(key: string): Promise<StoredObject | undefined>;

  /** Removes the object, if it exists. */
  abstract delete(key: string): Promise<void>;

  /**
   * Moves an object that was last written before then to another key, where it takes the place of what is there and counts as
   * written now. False, and nothing happens, if there is none such.
   */
  abstract move(from: string, to: string, before: Date): Promise<boolean>;

  /** The objects whose keys begin with `prefix` (empty for all), in no particular order; objects put or deleted meanwhile may be missing or not. */
  abstract list(prefix: string): AsyncIterable<ListedObject>;

  /** Returns if the storage can be reached and written to; for readiness checks. */
  abstract check(): Promise<void>;
}
