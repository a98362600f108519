import { maxTime } from '../../client/log-time.js';
import type { Run } from './offset-runs.js';

/** A record that has begun and not ended, or a suspect that waits to begin. */
export interface OpenOffset {
  readonly offset: number;
  /** The deaths that the record alone has caused; undefined where it is no suspect. */
  readonly deaths: number | undefined;
}

/**
 * The metadata of a commit. The commit's offset is the lowest unfinished one; `done` are the finished runs above it, `attempts`
 * the attempts that ordered records in flight have used in place.
 */
export interface OffsetMap {
  /** The process that committed. With its commit number for the partition it recognises its own last commit. */
  processId: string;
  commitNumber: number;
  done: readonly Readonly<Run>[];
  attempts: readonly { offset: number; used: number }[];
  /** The latest time of all that was read, in milliseconds since 1970; null where it is not known. Tells this log from another. */
  lastTime: number | null;
  /** Ascending by offset. */
  open: readonly OpenOffset[];
  /** The process was alive and ready to give the partition away when it committed: what is open says nothing against anybody. */
  orderly: boolean;
}

/** At this size a partition is read no further: whatever finishes from here on still has to fit. */
export const fullMapBytes = 3_000;
/** Kafka's default for `offset.metadata.max.bytes` is 4,096. */
const maxMapBytes = 4_000;
const formatVersion = '2';
const orderlyMark = 'o';
const processIdPattern = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * Encodes as commit metadata: `2.<process>.<commit>.<runs>.<attempts>.<time>.<open>.<o if orderly>`. Runs, attempts and open offsets
 * are varints in base64url, each offset relative to the one before (the first to `committed`): gap, length, gap, length, ...;
 * distance, used, ...; distance, 0 for what is no suspect, else deaths + 1, ... What would exceed the broker's limit is left out.
 * Of the runs and attempts those at the top: their records would run again after a crash, none would be skipped. Of the open offsets
 * those with the fewest deaths: they would be no suspects after a crash.
 */
export function encodeOffsetMap(committed: number, map: OffsetMap): string {
  const head = `${formatVersion}.${map.processId}.${map.commitNumber.toString(36)}.`;
  const attempts = encodeWithin(
    maxMapBytes / 4,
    committed,
    map.attempts.map(({ offset, used }) => ({ at: offset, value: used, end: offset })),
  );
  const time = map.lastTime === null ? '' : map.lastTime.toString(36);
  const tail = `${time}.${encodeOpen(committed, map.open)}.${map.orderly ? orderlyMark : ''}`;
  const room = maxMapBytes - head.length - attempts.length - tail.length - 2;
  const runs = encodeWithin(
    room,
    committed,
    map.done.map(({ from, to }) => ({ at: from, value: to - from, end: to })),
  );
  return `${head}${runs}.${attempts}.${tail}`;
}

/**
 * Reads commit metadata; null for anything that is not such a map (foreign tools write there too). Version 1 ends with the time, or
 * before it: it knew of no suspects, so it counts as orderly.
 */
export function decodeOffsetMap(committed: number, metadata: string): OffsetMap | null {
  const [version, processId, commitNumber, runs, attempts, time = '', ...rest] = metadata.split('.');
  if (attempts === undefined) return null;
  const [open, mark] = version === '1' && rest.length === 0 ? ['', orderlyMark] : rest;
  if (version !== '1' && (version !== formatVersion || rest.length !== 2)) return null;
  if (open === undefined || (mark !== '' && mark !== orderlyMark)) return null;
  if (!processIdPattern.test(processId!) || !/^[0-9a-z]{1,11}$/.test(commitNumber!)) return null;
  if (!/^[0-9a-z]{0,11}$/.test(time)) return null;
  const runNumbers = decodeVarints(runs!);
  const usedByOffset = decodePairs(committed, attempts);
  const openByOffset = decodePairs(committed, open);
  if (!runNumbers || !usedByOffset || !openByOffset) return null;
  const done: Run[] = [];
  let at = committed;
  for (let index = 0; index < runNumbers.length; index += 2) {
    const from = at + runNumbers[index]!;
    at = from + runNumbers[index + 1]!;
    done.push({ from, to: at });
  }
  return {
    processId: processId!,
    commitNumber: parseInt(commitNumber!, 36),
    done,
    attempts: usedByOffset.map(({ offset, value }) => ({ offset, used: value })),
    lastTime: time === '' ? null : Math.min(maxTime, parseInt(time, 36)),
    open: openByOffset.map(({ offset, value }) => ({ offset, deaths: value === 0 ? undefined : value - 1 })),
    orderly: mark === orderlyMark,
  };
}

const maxOpenBytes = maxMapBytes / 4;
/** So many open offsets surely fit, whatever the distances between them: each takes 8 bytes at most. */
const surelyFitting = 90;

/** All where they fit, else those with the most deaths, and of those the lowest. */
function encodeOpen(committed: number, open: readonly OpenOffset[]): string {
  const weigh = ({ deaths }: OpenOffset): number => (deaths === undefined ? 0 : deaths + 1);
  const encode = (some: readonly OpenOffset[], maxBytes: number): string =>
    encodeWithin(
      maxBytes,
      committed,
      some.map((each) => ({ at: each.offset, value: weigh(each), end: each.offset })),
    );
  const whole = encode(open, Infinity);
  if (whole.length <= maxOpenBytes) return whole;
  const gravest = [...open].sort((one, other) => weigh(other) - weigh(one)).slice(0, surelyFitting);
  return encode(
    gravest.sort((one, other) => one.offset - other.offset),
    maxOpenBytes,
  );
}

function encodeWithin(
  maxBytes: number,
  committed: number,
  entries: readonly { at: number; value: number; end: number }[],
): string {
  const maxRawBytes = Math.floor((maxBytes * 3) / 4) - 2;
  const bytes: number[] = [];
  let last = committed;
  for (const { at, value, end } of entries) {
    const before = bytes.length;
    pushVarint(bytes, at - last);
    pushVarint(bytes, value);
    if (bytes.length > maxRawBytes) {
      bytes.length = before;
      break;
    }
    last = end;
  }
  return Buffer.from(bytes).toString('base64url');
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

/** Offsets, each told by its distance to the one before, with a number. */
function decodePairs(committed: number, text: string): { offset: number; value: number }[] | null {
  const numbers = decodeVarints(text);
  if (!numbers) return null;
  const pairs: { offset: number; value: number }[] = [];
  let at = committed;
  for (let index = 0; index < numbers.length; index += 2) {
    at += numbers[index]!;
    pairs.push({ offset: at, value: numbers[index + 1]! });
  }
  return pairs;
}

/** Pairs of varints, or null where the text is no such thing or a number is unsafe. */
function decodeVarints(text: string): number[] | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  const numbers: number[] = [];
  let value = 0;
  let factor = 1;
  for (const byte of Buffer.from(text, 'base64url')) {
    value += (byte & 0x7f) * factor;
    if (value > Number.MAX_SAFE_INTEGER / 4) return null;
    if (byte >= 0x80) {
      factor *= 0x80;
    } else {
      numbers.push(value);
      value = 0;
      factor = 1;
    }
  }
  return factor === 1 && numbers.length % 2 === 0 ? numbers : null;
}
