import {
  NonRetryableError,
  type HandlerOf,
  type JobContext,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { JobHandler } from '@jobstream/execution';
import { Flows, type CheckedFlow } from '@jobstream/flows';
import { IntakeError } from '@jobstream/intake';
import { flowMake } from '@jobstream/jobs';

type Make = typeof flowMake;

/** Makes the flow that a handler has enqueued, under the id of this job: however often it runs, there is one flow. */
@JobHandler(flowMake)
export class MakeFlowHandler implements HandlerOf<Make> {
  constructor(private readonly flows: Flows) {}

  async handle(
    { parent, flow }: PayloadOf<Make>,
    { id, traceparent }: Pick<JobContext, 'id' | 'traceparent'>,
  ): Promise<ResultOf<Make>> {
    const checked = this.check(flow);
    const { progress } = await this.flows.accept(checked, id, { parent, traceparent });
    return { flow: id, jobs: progress.total };
  }

  private check(flow: unknown): CheckedFlow {
    try {
      return this.flows.check(flow, (job) => job);
    } catch (error) {
      if (!(error instanceof IntakeError) || isPassing(error)) throw error;
      throw new NonRetryableError(error.fullText, { code: error.code });
    }
  }
}

/** A type is unknown until its worker has published it. */
function isPassing({ code }: IntakeError): boolean {
  return code === 'unknown_type' || code === 'broker_unavailable';
}
