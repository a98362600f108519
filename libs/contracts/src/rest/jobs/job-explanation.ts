import { z } from 'zod';
import { jobStates } from '../../job-state.js';
import { flowStates, stepStates } from '../flows/flow.js';

/** What can hold a job back, one code a cause, in the order in which they count: the first that applies holds it now. */
export const causeCodes = [
  'flow',
  'projection_behind',
  'not_due',
  'retry_not_due',
  'queue_paused',
  'no_worker',
  'no_worker_for_type',
  'endpoint_failing',
  'ordering_key',
  'claim',
  'limit',
  'suspect',
  'backlog',
  'lane_share',
] as const;
export type CauseCode = (typeof causeCodes)[number];

/** Jobs, and workers, that a cause names at most. */
export const maxNamed = 20;

const codeMeanings = `
- \`flow\`: it has not started, because of other jobs of its flow, which \`flow\` names, or because the flow ended before;
- \`projection_behind\`: its status is older than the log, \`ahead\` records are not read yet: it may have gone on;
- \`not_due\`: it was asked for later, \`until\` is its time;
- \`retry_not_due\`: its last attempt failed, the next is due at \`until\`;
- \`queue_paused\`: its queue is paused;
- \`no_worker\`: no process works on its queue;
- \`no_worker_for_type\`: none of the workers of its queue serves the definition of its type that is in force;
- \`endpoint_failing\`: the server of its type’s endpoint fails, and is called no more but for probes;
- \`ordering_key\`: an earlier job of its key, \`jobs\`, runs or waits for its retry;
- \`claim\`: another worker, \`workers\`, holds its claim, until \`until\` if it shows no more sign of life;
- \`limit\`: \`limit\` is used up, by \`jobs\` on \`workers\` as far as they are known;
- \`suspect\`: a worker died with it in flight, so it runs apart, in its turn;
- \`backlog\`: \`ahead\` records of its partition come before it, the first of them is of \`jobs\`;
- \`lane_share\`: \`ahead\` jobs wait in lanes that are picked more often.`;

/** One thing that holds a job back. */
export const causeSchema = z
  .object({
    code: z.enum(causeCodes).describe(codeMeanings.trim()),
    text: z.string().describe('The same in words.'),
    remedy: z.string().describe('What a person can do.'),
    since: z.iso.datetime().nullable().describe('Since when; null while that is not known.'),
    until: z.iso.datetime().nullable(),
    jobs: z.array(z.uuidv7()).max(maxNamed),
    workers: z.array(z.string()).max(maxNamed),
    ahead: z.int().nullable(),
    limit: z
      .object({
        id: z.string().describe('The queue, or the queue and the value of its key.'),
        allows: z.string().describe('`4 at once`, `100/m`.'),
        inUse: z.int().nullable().describe('Permits that are held; null of a rate.'),
      })
      .nullable(),
    place: z
      .object({ topic: z.string(), partition: z.int(), offset: z.int() })
      .nullable()
      .describe('Of `backlog`: the record at the head of the partition.'),
    flow: z
      .object({
        id: z.uuidv7(),
        state: z.enum(flowStates),
        name: z.string().describe('The name of this job in the flow.'),
        standing: z
          .enum(stepStates)
          .describe('Where this job stands in the flow: `cancelled` and `failed` do not start any more.'),
        waitsFor: z
          .array(z.object({ name: z.string(), id: z.uuidv7(), state: z.enum(stepStates) }))
          .max(maxNamed)
          .describe('Jobs that it waits for, or that keep it from starting, in the order of the flow.'),
        waits: z.int().describe('How many jobs it waits for.'),
      })
      .nullable()
      .describe('Of `flow`: the flow, and what the job waits for in it.'),
  })
  .meta({ id: 'Cause' });
export type Cause = z.infer<typeof causeSchema>;

/** `GET /v1/jobs/{id}/explain`. */
export const jobExplanationSchema = z
  .object({
    id: z.uuidv7(),
    run: z.int(),
    attempt: z.int(),
    state: z
      .enum(jobStates)
      .nullable()
      .describe('Null while this run of a job of a flow has not started: it is in no queue yet.'),
    verdict: z.string().describe('Why the job is where it is, in a sentence.'),
    cause: causeSchema
      .nullable()
      .describe('What holds the job now; null where nothing does, and once it is final.'),
    behind: z.array(causeSchema).describe('What would hold it after that, in the order in which it counts.'),
    start: z
      .object({
        p50Seconds: z.number().nullable(),
        p90Seconds: z.number().nullable(),
        why: z.string().nullable().describe('Why there is no estimate, or what it leaves out.'),
      })
      .describe(
        'In how many seconds the next attempt starts, in half and in nine tenths of the cases, if the queue goes on as in the last ten minutes.',
      ),
  })
  .meta({ id: 'JobExplanation' });
export type JobExplanation = z.infer<typeof jobExplanationSchema>;
