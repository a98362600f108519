// Unique keys: which job holds which key, until it starts, ends or its time is over.
export { freeKeys, UniqueKeyStore, type HeldKey, type KeyOfJob, type KeyRow } from './unique-key-store.js';
export { UniqueKeyReaper, type FindEnded } from './unique-key-reaper.js';
