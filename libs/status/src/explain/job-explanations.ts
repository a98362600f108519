import { isFinal } from '@jobstream/contracts';
import { maxNamed, type JobExplanation } from '@jobstream/contracts/rest';
import type { EndOffsets, LogEnds, ProjectionProgress } from '@jobstream/projection';
import type { UnstartedStep, UnstartedSteps } from '@jobstream/flows';
import { inTime } from '@jobstream/runtime';
import type { FoundJob } from '../reads/found-job.js';
import type { JobReader } from '../reads/job-reader.js';
import { JobNotStartedError } from '../status-error.js';
import { explainJob } from './explain-job.js';
import { explainStep } from './explain-step.js';
import type { JobFactReader } from './job-fact-reader.js';

export interface JobExplanationsOptions {
  readonly reader: JobReader;
  readonly facts: JobFactReader;
  readonly steps: UnstartedSteps;
  /** The ends of all topics that tell of jobs. */
  readonly ends: LogEnds;
  readonly progress: Pick<ProjectionProgress, 'countBehind'>;
}

const maxWaitMs = 1_000;

/** Says why jobs are where they are. */
export class JobExplanations {
  constructor(private readonly options: JobExplanationsOptions) {}

  /** Explains a job of a flow, too, that has not started. @throws StatusError as {@link JobReader.read} does for all others */
  async explain(text: string): Promise<JobExplanation> {
    const { ends, reader, facts } = this.options;
    const asked = inTime(ends.now().catch(unknown), maxWaitMs);
    const found = await reader.find(text).catch(unstarted);
    if ('flowId' in found) return this.explainUnstarted(found);
    if (!isFinal(found.view.state))
      return explainJob(await facts.look(found, await this.countBehind(await asked)));
    const next = await this.nextRunOf(found);
    return next ? this.explainUnstarted(next) : explainJob({ ...found, time: -Infinity });
  }

  private async explainUnstarted(step: UnstartedStep): Promise<JobExplanation> {
    return explainStep(step, await this.options.steps.listReasons(step, maxNamed));
  }

  /** The run that a replay of its flow makes of an ended job, before it has started. */
  private async nextRunOf({ view: { id, flow, run } }: FoundJob): Promise<UnstartedStep | undefined> {
    const step = flow === null ? undefined : await this.options.steps.find(id);
    return typeof step === 'object' && step.run > run ? step : undefined;
  }

  private async countBehind(ends: EndOffsets | undefined): Promise<number | undefined> {
    const count = ends && this.options.progress.countBehind(ends).catch(unknown);
    return count && inTime(count, maxWaitMs);
  }
}

function unstarted(error: unknown): UnstartedStep {
  if (error instanceof JobNotStartedError) return error.step;
  throw error;
}

function unknown(): undefined {
  return undefined;
}
