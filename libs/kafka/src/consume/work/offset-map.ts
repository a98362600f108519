import { maxTime } from '../../client/log-time.js';
import type { Run } from './offset-runs.js';

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
}

/** At this size a partition is read no further: whatever finishes from here on still has to fit. */
export const fullMapBytes = 3_000;
/** Kafka's default for `offset.metadata.max.bytes` is 4,096. */
const maxMapBytes = 4_000;
const formatVersion = '1';
const processIdPattern = /^[A-Za-z0-9_-]{1,40}$/;

/**
 * Encodes as commit metadata: `1.<process>.<commit>.<runs>.<attempts>.<time>`. Runs and attempts are varints in base64url, each offset
 * relative to the one before (the first to `committed`): gap, length, gap, length, ...; distance, used, ... What would exceed
 * the broker's limit is left out from the top: those records would run again after a crash, none would be skipped.
 */
export function encodeOffsetMap(committed: number, map: OffsetMap): string {
  const head = `${formatVersion}.${map.processId}.${map.commitNumber.toString(36)}.`;
  const attempts = encodeWithin(
    maxMapBytes / 4,
    committed,
    map.attempts.map(({ offset, used }) => ({ at: offset, value: used, end: offset })),
  );
  const time = map.lastTime === null ? '' : map.lastTime.toString(36);
  const room = maxMapBytes - head.length - attempts.length - time.length - 2;
  const runs = encodeWithin(
    room,
    committed,
    map.done.map(({ from, to }) => ({ at: from, value: to - from, end: to })),
  );
  return `${head}${runs}.${attempts}.${time}`;
}

/** Reads commit metadata; null for anything that is not such a map (foreign tools write there too). */
export function decodeOffsetMap(committed: number, metadata: string): OffsetMap | null {
  // Metadata of older versions has no time.
  const [version, processId, commitNumber, runs, attempts, time = '', ...rest] = metadata.split('.');
  if (version !== formatVersion || rest.length > 0 || attempts === undefined) return null;
  if (!processIdPattern.test(processId!) || !/^[0-9a-z]{1,11}$/.test(commitNumber!)) return null;
  if (!/^[0-9a-z]{0,11}$/.test(time)) return null;
  const runNumbers = decodeVarints(runs!);
  const attemptNumbers = decodeVarints(attempts);
  if (!runNumbers || !attemptNumbers) return null;
  const done: Run[] = [];
  let at = committed;
  for (let index = 0; index < runNumbers.length; index += 2) {
    const from = at + runNumbers[index]!;
    at = from + runNumbers[index + 1]!;
    done.push({ from, to: at });
  }
  const used: { offset: number; used: number }[] = [];
  at = committed;
  for (let index = 0; index < attemptNumbers.length; index += 2) {
    at += attemptNumbers[index]!;
    used.push({ offset: at, used: attemptNumbers[index + 1]! });
  }
  return {
    processId: processId!,
    commitNumber: parseInt(commitNumber!, 36),
    done,
    attempts: used,
    lastTime: time === '' ? null : Math.min(maxTime, parseInt(time, 36)),
  };
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
