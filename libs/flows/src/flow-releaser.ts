import type { JobId } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import {
  checkSubmission,
  drawJob,
  findSubmittable,
  IntakeError,
  type DrawnJob,
  type JobIntake,
} from '@jobstream/intake';
import type { SendOutcome } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { followEnds } from './advance-flows.js';
import type { FlowMetrics } from './flow-metrics.js';
import type { FlowStore, StepEnd } from './flow-store.js';
import { ReadySteps, type ReadyStep } from './ready-steps.js';
import { findReferences, replaceReferences, valueOf } from './references.js';
import { stepErrorOf } from './step-error.js';

export interface FlowReleaserOptions {
  readonly database: Database;
  readonly flows: FlowStore;
  readonly intake: JobIntake;
  readonly metrics: FlowMetrics;
  readonly logger: Logger;
}

/** What one look has done. */
interface Released {
  readonly started: number;
  /** Ready jobs that their topic refused, or that nobody acknowledged: they are tried again. */
  readonly left: number;
}

interface UnfitStep {
  readonly step: ReadyStep;
  readonly error: IntakeError;
}

const stepsAtOnce = 500;
/** Pause before another look at jobs that could not be put into their queues. */
const retryMs = 500;

/**
 * Puts the jobs of flows that are ready into their queues. A job stays locked and ready until the log has its request. If the process
 * dies in between, another sends the same request again: a copy, which is not run twice, because it runs under a claim.
 */
export class FlowReleaser {
  private readonly steps: ReadySteps;

  constructor(private readonly options: FlowReleaserOptions) {
    this.steps = new ReadySteps(options.database);
  }

  /** Releases ready jobs. Resolves with the milliseconds until the next look; undefined when none is left. */
  async look(): Promise<number | undefined> {
    for (;;) {
      const { started, left } = await this.releaseSome();
      if (started === 0) return left > 0 ? retryMs : undefined;
    }
  }

  private async releaseSome(): Promise<Released> {
    const { database } = this.options;
    const { steps } = this;
    const unfit: UnfitStep[] = [];
    const released = await database.transaction(async (session) => {
      const ready = await steps.lockReady(session, stepsAtOnce);
      const drawn: { step: ReadyStep; job: DrawnJob }[] = [];
      unfit.length = 0;
      for (const step of ready) {
        const job = await this.draw(session, step);
        if (!(job instanceof IntakeError)) drawn.push({ step, job });
        else if (job.code !== 'broker_unavailable') unfit.push({ step, error: job });
      }
      const outcomes = await this.options.intake.produce(drawn.map(({ job }) => job));
      const sorted = sortByOutcome(
        drawn.map(({ step }) => step),
        outcomes,
      );
      unfit.push(...sorted.unfit);
      await steps.start(session, sorted.started);
      await steps.rest(session, sorted.refused);
      return { started: sorted.started.length, left: ready.length - sorted.started.length };
    });
    this.options.metrics.countReleased(released.started);
    for (const { step, error } of unfit) await this.fail(step, error);
    // What failed has let others go, or has ended its flow.
    return { ...released, started: released.started + unfit.length };
  }

  private async draw(session: Session, step: ReadyStep): Promise<DrawnJob | IntakeError> {
    const { intake } = this.options;
    const stored = JSON.parse(step.submission) as { payload: unknown };
    const submission = { ...stored };
    if (findReferences(stored.payload).references.length > 0) {
      const outcomes = await this.steps.readOutcomes(session, step);
      if (outcomes === undefined) return tooMuchTold();
      submission.payload = replaceReferences(stored.payload, (reference) => valueOf(reference, outcomes));
    }
    const now = intake.clock.now();
    const checked = checkSubmission(submission, { now: () => now }, (type) =>
      findSubmittable(intake.jobTypes, type),
    );
    if (checked instanceof IntakeError) return checked;
    const { flowId, jobId, run, parent, traceparent } = step;
    const marks = { claimed: true, flow: flowId, run, parent: parent ?? undefined };
    // Its size counts as it was submitted: what it is told may take all that a record has room for.
    const job = { ...checked, submission: stored };
    return drawJob(job, jobId, traceparent === null ? marks : { ...marks, traceparent }, now);
  }

  private async fail(step: ReadyStep, error: IntakeError): Promise<void> {
    const { database, flows, metrics, logger } = this.options;
    const told = stepErrorOf(error.code, error.fullText);
    const end: Pick<StepEnd, 'outcome' | 'error'> = {
      outcome: JSON.stringify({ state: 'failed', error: told }),
      error: told,
    };
    const ended = await database.transaction(async (session) => {
      const locked = await flows.lock(session, [step.flowId]);
      return locked.size > 0
        ? followEnds(session, flows, locked, await flows.failReady(session, step, end))
        : [];
    });
    metrics.countEnded(ended);
    const about: { flow: JobId; step: string; code: string } = {
      flow: step.flowId,
      step: step.name,
      code: error.code,
    };
    logger.warn(about, 'job of a flow failed: it can not be put into its queue');
  }
}

function tooMuchTold(): IntakeError {
  const detail =
    'The outcomes that the payload takes have more than 16 MiB: store what is large and name it.';
  return new IntakeError('item_too_large', detail);
}

interface SortedSteps {
  readonly started: ReadyStep[];
  /** By their topic or partition. */
  readonly refused: ReadyStep[];
  /** Because of their content. */
  readonly unfit: UnfitStep[];
}

/** Those without an acknowledgement in an outage stay as they are. */
function sortByOutcome(steps: readonly ReadyStep[], outcomes: readonly SendOutcome[]): SortedSteps {
  const sorted: SortedSteps = { started: [], refused: [], unfit: [] };
  steps.forEach((step, index) => {
    const outcome = outcomes[index]!;
    if ('receipt' in outcome) sorted.started.push(step);
    else if (outcome.error.scope === 'record')
      sorted.unfit.push({
        step,
        error: new IntakeError('broker_refused', 'The broker does not take this job.', {
          cause: outcome.error,
        }),
      });
    else if (outcome.error.scope !== 'cluster') sorted.refused.push(step);
  });
  return sorted;
}
