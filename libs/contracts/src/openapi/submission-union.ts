import { z } from 'zod';
import type { JobDefinition } from '../job-definition.js';
import { maxBatchItems } from '../limits.js';
import { submissionSchema } from '../rest/submission.js';

/** Bodies of `POST /v1/jobs` and `POST /v1/jobs/batch`, as a document shows them. */
export interface SubmissionShapes {
  /** One shape for each job type, told apart by `type`. */
  readonly submission: z.ZodType;
  /** Items are checked one by one all the same. */
  readonly batch: z.ZodType;
}

/** The bodies that submit jobs of these types; of at least one. */
export function shapeSubmissions(definitions: readonly JobDefinition[]): SubmissionShapes {
  const byType = definitions.map(({ type, payload }) =>
    submissionSchema
      .extend({ type: z.literal(type), payload: payload.meta({ id: `Payload.${type}` }) })
      .meta({ id: `Submission.${type}` }),
  );
  const mapping = Object.fromEntries(
    definitions.map(({ type }) => [type, `#/components/schemas/Submission.${type}`]),
  );
  const submission = z
    .discriminatedUnion('type', byType as [(typeof byType)[number], ...typeof byType])
    .meta({ id: 'Submission', discriminator: { propertyName: 'type', mapping } });
  const batch = z
    .strictObject({ items: z.array(submission).min(1).max(maxBatchItems) })
    .meta({ id: 'Batch' });
  return { submission, batch };
}
