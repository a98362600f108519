import {
  deriveJobId,
  fingerprintOf,
  maxChildren,
  maxChildrenBytes,
  NonRetryableError,
  type EnqueuedFlow,
  type FlowOptions,
  type FlowStep,
  type JobDefinition,
  type JobId,
  type PayloadInputOf,
} from '@jobstream/contracts';
import type { SubmissionOptions } from '@jobstream/contracts/rest';
import {
  checkSubmission,
  drawJob,
  typeOfDefinition,
  IntakeError,
  type CheckedJob,
  type DrawnJob,
} from '@jobstream/intake';
import { stepJobId } from '@jobstream/flows/in-memory';
import { flowMake } from '@jobstream/jobs/flow-make';
import { jobMake } from '@jobstream/jobs/job-make';
import type { Clock } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import { flowOfSteps } from './flow-of-steps.js';

/**
 * The jobs that an attempt enqueues: each is checked at once, collected while the handler runs, and produced only if the attempt
 * succeeds. Their ids follow from the parent, so an attempt that runs again makes copies and no other jobs. In place of one with a
 * unique key a job of the platform is enqueued that makes it, `job.make`.
 */
export class Children {
  private readonly collected: DrawnJob[] = [];
  private bytes = 0;
  private ended = false;

  /** @param keysCount whether unique keys count */
  constructor(
    private readonly parent: StartableJob,
    private readonly clock: Clock,
    private readonly keysCount: boolean,
  ) {}

  /** @returns the id of the child @throws NonRetryableError as `JobContext.enqueue` says */
  add<Definition extends JobDefinition>(
    definition: Definition,
    payload: PayloadInputOf<Definition>,
    options: SubmissionOptions,
  ): JobId {
    if (this.ended)
      throw refusal(
        definition,
        'too_late',
        'The attempt has ended: await each call that leads to enqueue().',
      );
    if (this.collected.length === maxChildren) {
      const detail = `An attempt enqueues at most ${maxChildren} jobs: have one of them enqueue the rest.`;
      throw refusal(definition, 'too_many_children', detail);
    }
    const child = this.draw(definition, payload, options);
    this.bytes += Buffer.byteLength(child.record.value);
    if (this.bytes > maxChildrenBytes) {
      const detail = `The jobs that an attempt enqueues take at most ${maxChildrenBytes} bytes: store what is large and name it.`;
      throw refusal(definition, 'too_many_children', detail);
    }
    this.collected.push(child);
    return child.request.id;
  }

  /**
   * Adds the job that makes a flow: it has the id of the flow.
   * @throws NonRetryableError as `JobContext.flow` says
   */
  addFlow(steps: readonly FlowStep[], options: FlowOptions): EnqueuedFlow {
    const { id: parent, submittedFor } = this.parent.request;
    const flow = acceptedFlow(() => flowOfSteps(steps, options, { clock: this.clock, submittedFor }));
    const id = this.add(flowMake, { parent, flow }, { priority: 'high' });
    return { id, jobs: new Map(steps.map(({ name }) => [name, stepJobId(id, name)])) };
  }

  /** The collected jobs. No more are taken. */
  end(): readonly DrawnJob[] {
    this.ended = true;
    return this.collected;
  }

  private draw(definition: JobDefinition, payload: unknown, options: SubmissionOptions): DrawnJob {
    const { request, traceparent } = this.parent;
    const now = this.clock.now();
    const submission = {
      type: definition.type,
      payload,
      ...(request.submittedFor !== undefined && { submittedFor: request.submittedFor }),
      ...options,
    };
    const checked = accepted(
      definition,
      checkSubmission(submission, { now: () => now }, () => typeOfDefinition(definition)),
    );
    const marks = { traceparent, claimed: true, parent: request.id };
    const job = checked.unique && this.keysCount ? this.makerOf(checked, submission, now) : checked;
    return accepted(definition, drawJob(job, this.idOf(checked), marks, now));
  }

  /** The job that makes this one under its unique key, as soon as it can. */
  private makerOf({ payload }: CheckedJob, submission: object, at: number): CheckedJob {
    const request = JSON.parse(JSON.stringify({ ...submission, payload })) as Record<string, unknown>;
    const maker = {
      type: jobMake.type,
      payload: { parent: this.parent.request.id, at, submission: request },
      priority: 'high',
    };
    return accepted(
      jobMake,
      checkSubmission(maker, { now: () => at }, () => typeOfDefinition(jobMake)),
    );
  }

  /** The parent's time, then a hash of parent, run, number of the child, type and payload. */
  private idOf({ rules: { type }, payload }: CheckedJob): JobId {
    const { request, run } = this.parent;
    return deriveJobId(
      request.id,
      `child:${run}:${this.collected.length}:${fingerprintOf({ type, payload })}`,
    );
  }
}

/** An invalid child is a fault of the handler, which a retry would repeat. */
function accepted<Job>(definition: JobDefinition, result: Job | IntakeError): Job {
  if (!(result instanceof IntakeError)) return result;
  throw refusal(definition, 'invalid_child', result.fullText);
}

function acceptedFlow<Flow>(check: () => Flow): Flow {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof IntakeError)) throw error;
    throw new NonRetryableError(`The flow cannot be enqueued. ${error.fullText}`, { code: 'invalid_flow' });
  }
}

function refusal({ type }: JobDefinition, code: string, detail: string): NonRetryableError {
  return new NonRetryableError(`${type} cannot be enqueued. ${detail}`, { code });
}
