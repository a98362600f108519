import type { StoredObject } from './object-storage.js';

/** An error of this library. `code` is stable; trying again can help exactly where `retryable` is true. */
export abstract class StorageError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The key can't name an object. */
export class InvalidKeyError extends StorageError {
  readonly code = 'invalid_key';
  readonly retryable = false;
  constructor(key: string, why: string) {
    super(`Storage key ${JSON.stringify(key.slice(0, 100))}: ${why}`);
  }
}

/** `ifAbsent` met an object with other bytes. */
export class ObjectExistsError extends StorageError {
  readonly code = 'object_exists';
  readonly retryable = false;
  constructor(readonly existing: StoredObject) {
    super(
      `${existing.key} is stored already with other bytes (SHA-256 ${existing.sha256}). Take another key.`,
    );
  }
}

/** More bytes were offered than allowed. */
export class ObjectTooLargeError extends StorageError {
  readonly code = 'object_too_large';
  readonly retryable = false;
  constructor(
    key: string,
    readonly maxBytes: number,
  ) {
    super(`${key} has more than the ${maxBytes} bytes allowed.`);
  }
}

/** There is no room left, or the quota is used up. */
export class StorageFullError extends StorageError {
  readonly code = 'storage_full';
  readonly retryable = true;
  constructor(what: string, options?: ErrorOptions) {
    super(`The storage has no room for ${what}: free some space or raise the quota.`, options);
  }
}

/** The bytes under the key differ from those that were stored: damaged, or written by something else. */
export class ObjectDamagedError extends StorageError {
  readonly code = 'object_damaged';
  readonly retryable = false;
  constructor(key: string, why: string) {
    super(`${key} is damaged: ${why} Delete it and store it again.`);
  }
}

/** The storage failed; its `cause` says whether it is gone, forbidden, broken or out of reach. */
export class StorageUnavailableError extends StorageError {
  readonly code = 'storage_unavailable';
  readonly retryable = true;
  constructor(what: string, options: ErrorOptions) {
    super(`The storage could not serve ${what}`, options);
  }
}
