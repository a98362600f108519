import { z } from 'zod';
import type { JobDefinition, JobRules } from './job-definition.js';
import type { JsonSchema } from './json-schemas.js';

/** The HTTP endpoint that serves a job type. */
export interface Endpoint {
  /** Where jobs are sent by POST. */
  readonly url: string;
  /** Attempts that run at the same time, in one http-worker. */
  readonly maxInFlight: number;
}

/** A job type as it is published: {@link JobDefinition} without code, so that it can cross the border of a process. */
export interface JobType extends JobRules {
  /** JSON Schema (draft 2020-12) of the payload as it is submitted. */
  readonly payload: JsonSchema;
  /** JSON Schema (draft 2020-12) of the result. */
  readonly result: JsonSchema;
  /** Absent where a worker serves the type. */
  readonly endpoint?: Endpoint | undefined;
}

/** The published form of a definition. What JSON Schema can not say (refinements, conversions) stays with the worker. */
export function describeJobType(definition: JobDefinition): JobType {
  const { payload, result, handle: _, isolation: _isolation, memoryMiB: _memoryMiB, ...rules } = definition;
  return {
    ...rules,
    payload: z.toJSONSchema(payload, { io: 'input', unrepresentable: 'any' }),
    result: z.toJSONSchema(result, { io: 'output', unrepresentable: 'any' }),
  };
}
