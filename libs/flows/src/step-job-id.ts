import { deriveJobId, type JobId } from '@jobstream/contracts';

/** The id of the job of a flow: always the same, so that a job that is sent twice is one. */
export function stepJobId(flowId: JobId, name: string): JobId {
  return deriveJobId(flowId, `step:${name}`);
}
