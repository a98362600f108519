import type { FetchedRecord } from './fetched-records.js';

/** A record as it comes from a fetch; what is not given is small and plain. */
export function fetchedRecord(given: Partial<FetchedRecord> & { offset: number }): FetchedRecord {
  return {
    timestamp: 1,
    key: Buffer.from('k'),
    value: Buffer.from(String(given.offset)),
    headers: {},
    isControlRecord: false,
    batchContext: { producerId: '-1', inTransaction: false },
    ...given,
  };
}
