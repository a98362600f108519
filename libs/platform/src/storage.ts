// Apart from the rest, because it loads the client of S3: only processes that store objects need that.
import { createStorage, ObjectStorage, openStorage, storageSettings } from '@jobstream/storage';
import { provideFrom } from './provide.js';

/** The storage, which need not be there yet. Settings: `STORAGE_DIR`, or `STORAGE_URL` and those of S3. */
export const storageProvider = provideFrom(storageSettings, ObjectStorage, createStorage);

/** The storage, prepared before the application starts. Settings as above. @throws what `ObjectStorage.prepare` does */
export const preparedStorageProvider = provideFrom(storageSettings, ObjectStorage, openStorage);
