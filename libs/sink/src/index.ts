// Topics into Postgres: a batch of records and the positions behind it in one transaction.
export { LogSink, type LogSinkOptions, type Offsets, type WrittenBatch } from './log-sink.js';
export {
  movePositions,
  partitionColumns,
  PositionMovedError,
  type Move,
  type PositionRows,
  type SinkPositions,
} from './positions.js';
export { ReadPositions, readPositions } from './read-positions.js';
