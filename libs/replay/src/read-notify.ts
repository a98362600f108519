import { headerNames } from '@jobstream/contracts/records';
import type { LogReader } from '@jobstream/kafka';
import type { ProjectedJob } from './projection.js';

/**
 * The URL that hears of the ends of a job. Its rows do not hold it; the record that its state is from does. Undefined when the
 * submission named none, or that record is deleted.
 */
export async function readNotify(
  reader: Pick<LogReader, 'read'>,
  { topic, partition, offset }: ProjectedJob['place'],
): Promise<string | undefined> {
  const { records } = await reader.read({ topic, partition }, offset, offset + 1);
  return records.find((record) => record.offset === offset)?.headers?.[headerNames.notify];
}
