import type { JobDefinition, JobRules } from '@jobstream/contracts';
import { faultsOf } from '@jobstream/contracts/rest';
import { nearestNames, type CheckedPayload, type JobTypeBook } from '@jobstream/job-types';
import { IntakeError } from './intake-error.js';

/** A job type as whoever submits needs it: its rules, and the check of a payload. */
export interface SubmittableType {
  readonly rules: JobRules;
  /** @param at the JSON Pointer of the payload in what was sent */
  check(payload: unknown, at: string): CheckedPayload;
}

/** The type of a definition that is at hand, with its own schema: refinements and conversions count. */
export function typeOfDefinition(definition: JobDefinition): SubmittableType {
  return {
    rules: definition,
    check: (payload, at) => {
      const { success, data, error } = definition.payload.safeParse(payload);
      return success ? { payload: data } : { faults: faultsOf(error, at) };
    },
  };
}

/** The job type of a name; or `unknown_type` with the nearest names, or `broker_unavailable` while the types have not been read. */
export function findSubmittable(jobTypes: JobTypeBook, type: string): SubmittableType | IntakeError {
  const found = jobTypes.find(type);
  if (found) return found;
  return jobTypes.isKnown ? unknownType(type, jobTypes.names()) : typesUnknown();
}

/** The types are read from the log, which this process has not reached the end of yet. */
function typesUnknown(): IntakeError {
  const detail = 'The job was not accepted: the job types have not been read from Kafka yet. Send it again.';
  return new IntakeError('broker_unavailable', detail);
}

function unknownType(type: string, names: readonly string[]): IntakeError {
  const near = nearestNames(type, names).map((name) => `"${name}"`);
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  const remedy =
    ' A worker publishes its types when it starts; GET /v1/job-types lists those that are known.';
  const detail = `No job type is called "${type.slice(0, 200)}".${guess}${remedy}`;
  return new IntakeError('unknown_type', detail, { errors: [{ pointer: '/type', detail }] });
}
