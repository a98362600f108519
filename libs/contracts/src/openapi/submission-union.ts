import { z } from 'zod';
import { jobDefinitions } from '../jobs/catalogue.js';
import { maxBatchItems } from '../limits.js';
import { submissionSchema } from '../rest/submission.js';

const byType = jobDefinitions.map(({ type, payload }) =>
  submissionSchema
    .extend({ type: z.literal(type), payload: payload.meta({ id: `Payload.${type}` }) })
    .meta({ id: `Submission.${type}` }),
);

const mapping = Object.fromEntries(
  jobDefinitions.map(({ type }) => [type, `#/components/schemas/Submission.${type}`]),
);

/** `POST /v1/jobs` as a document shows it: one shape for each job type, told apart by `type`. */
export const submissionUnion = z
  .discriminatedUnion('type', byType as [(typeof byType)[number], ...typeof byType])
  .meta({ id: 'Submission', discriminator: { propertyName: 'type', mapping } });

/** `POST /v1/jobs/batch` as a document shows it. Items are checked one by one all the same. */
export const submissionBatch = z
  .strictObject({ items: z.array(submissionUnion).min(1).max(maxBatchItems) })
  .meta({ id: 'Batch' });
