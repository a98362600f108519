import { defineJob, type JobDefinition, type JsonSchema } from '@jobstream/contracts';
import { PayloadCheck, type KnownJobType } from '@jobstream/job-types';
import { z } from 'zod';

/** The definition of a published type: its JSON Schemas check as they do when a job is submitted. */
export function describeEndpoint({ record }: KnownJobType): JobDefinition {
  const { payload, result, ...rules } = record;
  const { handle } = defineJob({ type: rules.type, queue: rules.queue, payload: z.any(), result: z.any() });
  return { ...rules, payload: schemaOf(payload), result: schemaOf(result), isolation: 'none', handle };
}

function schemaOf(schema: JsonSchema): z.ZodType {
  const check = new PayloadCheck(schema);
  return z.unknown().transform((value, context) => {
    const checked = check.check(value);
    if ('payload' in checked) return checked.payload;
    for (const { pointer, detail } of checked.faults)
      context.addIssue({ code: 'custom', message: detail, path: pointer.split('/').slice(1) });
    return z.NEVER;
  });
}
