import { crc32c } from '../client/kafkajs/internals.js';
import { encodeRecordBatch, measureRecord } from './record-batch.js';

/** A record; what is not given is small and plain. */
interface Plain {
  key?: string;
  value?: string | null;
  headers?: Record<string, string>;
}

/** Records as a batch, uncompressed, from this offset on. */
export function batchOf(records: readonly Plain[], baseOffset = 0): Buffer {
  const whole = records.map(({ key = 'k', value = 'v', headers = {} }) => ({ key, value, headers }));
  const batch = encodeRecordBatch(
    whole.map((record) => ({ ...record, sizes: measureRecord(record) })),
    1_732_300_000_000,
  );
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  return batch;
}

/** The same batch, with its records as a codec has made them. */
export function recoded(batch: Buffer, codec: number, records: Buffer): Buffer {
  const made = Buffer.concat([batch.subarray(0, 61), records]);
  made.writeInt16BE((made.readInt16BE(21) & ~7) | codec, 21);
  made.writeInt32BE(made.length - 12, 8);
  made.writeUInt32BE(crc32c(made.subarray(21)), 17);
  return made;
}
