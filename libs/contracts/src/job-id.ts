import { createHash, randomUUID } from 'node:crypto';
import { validate, version } from 'uuid';

/** A job's id: a UUIDv7 (RFC 9562), so ids sort by the time they were drawn. */
export type JobId = string;

/**
 * Draws a new id: the time in milliseconds, then 74 random bits (those of a UUIDv4, which Node draws in advance).
 * @param now milliseconds since 1970. The platform draws ids by the broker's time or Postgres', because an id says when
 * its job was created. Default: this machine's clock
 */
export function newJobId(now = Date.now()): JobId {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/**
 * Draws an id that sorts after `previous`, also within one millisecond and where the clock went back: the random bits of `previous`
 * plus one (RFC 9562, 6.2, method 2).
 * @param now milliseconds since 1970
 */
export function newOrderedId(now: number, previous: JobId | undefined): JobId {
  const id = newJobId(now);
  if (previous === undefined || id > previous) return id;
  const next = BigInt(`0x${previous.slice(24)}`) + 1n;
  // The last 48 bits are all ones once in 2^48 draws: the next millisecond is after them too.
  if (next >> 48n) return newJobId(Number.parseInt(previous.slice(0, 13).replace('-', ''), 16) + 1);
  return previous.slice(0, 24) + next.toString(16).padStart(12, '0');
}

/** Whether the text is a UUIDv7, in any letter case. */
export function isJobId(text: string): boolean {
  return validate(text) && version(text) === 7;
}

/**
 * The id that follows from `seed` and `name`, always the same: the seed's time, then SHA-256 bits of both.
 * Batch items, schedule ticks and children get theirs this way, so that making them twice makes one job.
 */
export function deriveJobId(seed: JobId, name: string): JobId {
  const bytes = createHash('sha256').update(`${seed.toLowerCase()}\n${name}`).digest().subarray(0, 16);
  Buffer.from(seed.replaceAll('-', '').slice(0, 12), 'hex').copy(bytes, 0);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The lowest id of an instant (milliseconds since 1970): every id drawn then or later sorts after it. */
export function lowestJobId(instant: number): JobId {
  const hex = instant.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** Which schedule: one that is made anew under its name has another id. */
export interface ScheduleIdentity {
  readonly name: string;
  /** A UUID; {@link firstScheduleId} for one of the time before schedules had ids. */
  readonly id: string;
}

/** Stands for no id. */
export const firstScheduleId = '00000000-0000-0000-0000-000000000000';

/** The id of the job that a schedule fires at an instant, always the same: two processes that fire one tick make one job. */
export function scheduledJobId({ name, id }: ScheduleIdentity, instant: number): JobId {
  const schedule = id === firstScheduleId ? name : `${name}/${id}`;
  return deriveJobId(lowestJobId(instant), `schedule:${schedule}`);
}
