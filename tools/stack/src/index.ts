export { Guard } from './guard.js';
export type { Exit, Layer, ProcessSpec } from './guard-messages.js';
export type { GuardedProcess } from './guarded-process.js';
export { findFreePort } from './free-port.js';
export { startKafka } from './kafka-cluster.js';
export type { KafkaBroker, KafkaCluster, KafkaOptions } from './kafka-cluster.js';
export { startPostgres } from './postgres-server.js';
export type { PostgresOptions, PostgresServer } from './postgres-server.js';
export { logTail, StartError } from './readiness.js';
