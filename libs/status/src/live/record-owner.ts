import type { IncomingRecord } from '@jobstream/kafka';

const idLength = 36;
/** Every value that we write begins like this. */
const beginning = Buffer.from('{"v":1,"id":"');

/**
 * The id of a record's job, in lower case; undefined without one. Our records have it at a fixed position, so the many records
 * that are not watched cost no parsing.
 */
export function ownerOf({ value }: Pick<IncomingRecord, 'value'>): string | undefined {
  if (value === null) return undefined;
  const end = beginning.length + idLength;
  if (value.length > end && value[end] === 0x22 && value.subarray(0, beginning.length).equals(beginning))
    return value.toString('latin1', beginning.length, end).toLowerCase();
  try {
    const { id } = JSON.parse(value.toString()) as { id?: unknown };
    return typeof id === 'string' ? id.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
