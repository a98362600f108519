import { z } from 'zod';
import type { JobType } from '../job-type.js';
import { maxBatchItems } from '../limits.js';
import { submissionSchema } from '../rest/jobs/submission.js';

/** Bodies of `POST /v1/jobs` and `POST /v1/jobs/batch`, as a document shows them. */
export interface SubmissionShapes {
  /** One shape for each job type, told apart by `type`. */
  readonly submission: z.ZodType;
  /** Items are checked one by one all the same. */
  readonly batch: z.ZodType;
}

/** The bodies that submit jobs of these types. Their payloads are the components `Payload.{type}`. */
export function shapeSubmissions(jobTypes: readonly JobType[]): SubmissionShapes {
  const byType = jobTypes.map(({ type }) => {
    const payload = z.unknown().meta({ $ref: `#/components/schemas/Payload.${type}` });
    return submissionSchema.extend({ type: z.literal(type), payload }).meta({ id: `Submission.${type}` });
  });
  const submission = isAtLeastOne(byType)
    ? unionOf(byType, jobTypes)
    : submissionSchema.meta({ id: 'Submission' });
  const batch = z
    .strictObject({ items: z.array(submission).min(1).max(maxBatchItems) })
    .meta({ id: 'Batch' });
  return { submission, batch };
}

type TypedSubmission = z.ZodObject<{ type: z.ZodLiteral<string>; payload: z.ZodUnknown }>;

function isAtLeastOne<Item>(items: readonly Item[]): items is readonly [Item, ...Item[]] {
  return items.length > 0;
}

function unionOf(
  byType: readonly [TypedSubmission, ...TypedSubmission[]],
  jobTypes: readonly JobType[],
): z.ZodType {
  const mapping = Object.fromEntries(
    jobTypes.map(({ type }) => [type, `#/components/schemas/Submission.${type}`]),
  );
  return z
    .discriminatedUnion('type', [...byType])
    .meta({ id: 'Submission', discriminator: { propertyName: 'type', mapping } });
}
