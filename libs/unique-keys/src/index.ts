// Unique keys: which job holds which key, until it starts, ends or its time is over.
export { freeKeys, UniqueKeyStore, type HeldKey, type KeyOfJob, type KeyRow } from './unique-key-store.js';
export { UniqueKeyMetrics, type KeyConflict, type KeyFreeing } from './unique-key-metrics.js';
export { showHeldKeys } from './held-key-metrics.js';
export { UniqueKeyReaper, type FindEnded } from './unique-key-reaper.js';
