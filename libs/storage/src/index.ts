export { DiscardedObjects } from './discarded-objects.js';
export {
  defaultMaxObjectBytes,
  ObjectStorage,
  type ListedObject,
  type ObjectFile,
  type OpenObject,
  type PutOptions,
  type PutReceipt,
  type StoredObject,
} from './object-storage.js';
export {
  InvalidKeyError,
  ObjectDamagedError,
  ObjectExistsError,
  ObjectTooLargeError,
  StorageError,
  StorageFullError,
  StorageUnavailableError,
} from './storage-errors.js';
export { createStorage, openStorage, storageSettings, type StorageSettings } from './storage-settings.js';
