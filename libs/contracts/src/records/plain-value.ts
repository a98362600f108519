import { priorities } from '../job-definition.js';
import { maxOrderingKeyLength } from '../limits.js';
import { wireVersion, type JobRequest, type Start, type SucceededEvent } from './job-record.js';

/**
 * Recognises the two values that almost every record holds, without their schemas: a part of the values that `jobRequestSchema`
 * and `succeededEventSchema` accept unchanged. The schema decides about any other value, so this never makes a record malformed.
 * A test shows that the schemas accept every value that is recognised here.
 */
interface Field {
  readonly required: boolean;
  fits(value: unknown): boolean;
}

const required = (fits: Field['fits']): Field => ({ required: true, fits });
const optional = (fits: Field['fits']): Field => ({ required: false, fits });

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const time =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const knownPriorities = new Set<unknown>(priorities);

const isText = (minLength: number, maxLength: number) => (value: unknown) =>
  typeof value === 'string' && value.length >= minLength && value.length <= maxLength;

/** An ISO 8601 time as we write it: UTC, with milliseconds. Not 29 February, which takes a calendar. */
export function isPlainTime(value: unknown): value is string {
  return typeof value === 'string' && time.test(value);
}

const base = {
  v: required((value) => value === wireVersion),
  id: required((value) => typeof value === 'string' && uuidV7.test(value)),
  type: required(isText(1, 200)),
  queue: required(isText(1, 41)),
  submittedFor: optional(isText(0, 256)),
};

const requestFields = fieldsOf<JobRequest>({
  ...base,
  payload: required(() => true),
  priority: required((value) => knownPriorities.has(value)),
  maxAttempts: required(
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1_001,
  ),
  orderingKey: optional(isText(1, maxOrderingKeyLength)),
  expiresAt: optional(isPlainTime),
});

const startFields = fieldsOf<Start>({
  worker: required((value) => typeof value === 'string'),
  at: required(isPlainTime),
});

const succeededFields = fieldsOf<SucceededEvent>({
  ...base,
  start: required((value) => hasExactly(value, startFields)),
  finishedAt: required(isPlainTime),
  result: required(() => true),
});

/** Whether a parsed JSON value is a job request as it stands. */
export function isPlainRequest(value: unknown): value is JobRequest {
  return hasExactly(value, requestFields);
}

/** Whether a parsed JSON value is an event of a job that succeeded, as it stands. */
export function isPlainSuccess(value: unknown): value is SucceededEvent {
  return hasExactly(value, succeededFields);
}

interface Fields {
  readonly byName: ReadonlyMap<string, Field>;
  readonly requiredCount: number;
}

function fieldsOf<Value>(fields: Readonly<Record<keyof Value & string, Field>>): Fields {
  const byName = new Map(Object.entries<Field>(fields));
  return { byName, requiredCount: [...byName.values()].filter((field) => field.required).length };
}

/** An object with all the required fields, maybe optional ones, and no others. */
function hasExactly(value: unknown, { byName, requiredCount }: Fields): boolean {
  if (typeof value !== 'object' || value === null) return false;
  let missing = requiredCount;
  for (const name in value) {
    const field = byName.get(name);
    if (!field?.fits((value as Record<string, unknown>)[name])) return false;
    if (field.required) missing -= 1;
  }
  return missing === 0;
}
