import type { Topics } from '@jobstream/contracts';
import type { Fault, ReplayRequest } from '@jobstream/contracts/rest';
import type { OffsetsByTopic, TopicAdmin } from '@jobstream/kafka';
import { ReplayError } from '../replay-error.js';

/** A stretch of one partition: `next` is the offset to go on at, `to` the first that is not read. */
export interface Range {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly next: number;
  readonly to: number;
}

/** Counts the records in the ranges, and those of them that are read. */
export function measureRanges(ranges: readonly Range[]): { readonly total: number; readonly read: number } {
  return ranges.reduce(
    ({ total, read }, { from, next, to }) => ({ total: total + to - from, read: read + next - from }),
    { total: 0, read: 0 },
  );
}

interface Held {
  readonly starts: OffsetsByTopic;
  readonly ends: OffsetsByTopic;
}

/**
 * Finds the records of a replay: those that its source holds now, within its times or from its offsets on.
 * @throws ReplayError `queue_not_found`, `offsets_outside_log`; `nothing_to_replay` when the ranges are empty
 */
export async function locateRanges(
  admin: TopicAdmin,
  topics: Topics,
  request: Pick<ReplayRequest, 'source' | 'queue' | 'from' | 'to' | 'fromOffsets'>,
): Promise<Range[]> {
  const sources = await sourceTopics(admin, topics, request);
  const [starts, ends] = await Promise.all([admin.startOffsets(sources), admin.endOffsets(sources)]);
  const { from, to, fromOffsets } = request;
  const firsts = from === undefined ? starts : await admin.offsetsAt(sources, from);
  const lasts = to === undefined ? ends : await admin.offsetsAt(sources, to);
  const ranges = fromOffsets
    ? rangesFrom(fromOffsets, { starts, ends }, lasts)
    : [...starts].flatMap(([topic, offsets]) =>
        offsets.map((_, partition) => rangeOf(topic, partition, firsts.get(topic)![partition]!, lasts)),
      );
  const filled = ranges.filter((range) => range.from < range.to);
  if (filled.length > 0) return filled;
  throw new ReplayError(
    'nothing_to_replay',
    `There are no records in this range. ${describeHeld({ starts, ends })}`,
  );
}

async function sourceTopics(
  admin: TopicAdmin,
  topics: Topics,
  { source, queue }: Pick<ReplayRequest, 'source' | 'queue'>,
): Promise<string[]> {
  const kind = source === 'history' ? 'requests' : 'dead-letters';
  const found = (await admin.listTopics()).filter((topic) => {
    const role = topics.roleOf(topic);
    return role?.kind === kind && role.queue === queue;
  });
  if (found.length === 0)
    throw new ReplayError('queue_not_found', `No topic of a queue "${queue}" is on the broker.`);
  return found.sort();
}

function rangesFrom(
  wanted: NonNullable<ReplayRequest['fromOffsets']>,
  held: Held,
  lasts: OffsetsByTopic,
): Range[] {
  const errors = wanted.flatMap(({ topic, partition, offset }, index): Fault[] => {
    const start = held.starts.get(topic)?.[partition];
    const end = held.ends.get(topic)?.[partition];
    const fault = (detail: string) => [{ pointer: `/fromOffsets/${index}`, detail }];
    if (start === undefined || end === undefined)
      return fault(`The source has no partition ${partition} of ${topic}.`);
    const isRepeated =
      wanted.findIndex((each) => each.topic === topic && each.partition === partition) < index;
    if (isRepeated) return fault('This partition is named twice.');
    return offset >= start && offset <= end
      ? []
      : fault(`${topic}, partition ${partition}, holds offsets ${start} to ${end - 1}.`);
  });
  if (errors.length > 0)
    throw new ReplayError('offsets_outside_log', `Take offsets of the log. ${describeHeld(held)}`, errors);
  return wanted.map(({ topic, partition, offset }) => rangeOf(topic, partition, offset, lasts));
}

function rangeOf(topic: string, partition: number, from: number, lasts: OffsetsByTopic): Range {
  return { topic, partition, from, next: from, to: Math.max(lasts.get(topic)![partition]!, from) };
}

const maxDescribed = 24;

function describeHeld({ starts, ends }: Held): string {
  const held = [...starts].flatMap(([topic, offsets]) =>
    offsets.map((start, partition) => {
      const end = ends.get(topic)![partition]!;
      return start < end ? `${topic}/${partition}: ${start} to ${end - 1}` : `${topic}/${partition}: none`;
    }),
  );
  const more = held.length > maxDescribed ? `, and ${held.length - maxDescribed} more` : '';
  return `The log holds the offsets ${held.slice(0, maxDescribed).join(', ')}${more}.`;
}
