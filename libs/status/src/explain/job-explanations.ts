import { isFinal } from '@jobstream/contracts';
import type { JobExplanation } from '@jobstream/contracts/rest';
import type { EndOffsets, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { inTime } from '@jobstream/runtime';
import type { JobReader } from '../reads/job-reader.js';
import { explainJob } from './explain-job.js';
import type { JobFactReader } from './job-fact-reader.js';

export interface JobExplanationsOptions {
  readonly reader: JobReader;
  readonly facts: JobFactReader;
  /** The ends of all topics that tell of jobs. */
  readonly ends: LogEnds;
  readonly progress: Pick<ProjectionProgress, 'countBehind'>;
}

const maxWaitMs = 1_000;

/** Says why jobs are where they are. */
export class JobExplanations {
  constructor(private readonly options: JobExplanationsOptions) {}

  /** @throws StatusError as {@link JobReader.read} does */
  async explain(text: string): Promise<JobExplanation> {
    const { ends, reader, facts } = this.options;
    const asked = inTime(ends.now().catch(unknown), maxWaitMs);
    const found = await reader.find(text);
    if (isFinal(found.view.state)) return explainJob({ ...found, time: -Infinity });
    return explainJob(await facts.look(found, await this.countBehind(await asked)));
  }

  private async countBehind(ends: EndOffsets | undefined): Promise<number | undefined> {
    const count = ends && this.options.progress.countBehind(ends).catch(unknown);
    return count && inTime(count, maxWaitMs);
  }
}

function unknown(): undefined {
  return undefined;
}
