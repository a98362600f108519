import { Injectable } from '@nestjs/common';
import { Database } from '@jobstream/database';
import { imageThumbnail, inferenceOcr, uploadKey } from '@jobstream/jobs';
import { NeededJobs } from '@jobstream/projection';
import { readUnsentRequests } from '@jobstream/replay';
import { readScheduledJobs } from '@jobstream/scheduling';
import { CurrentProjection } from './current-projection.js';

/** Job types that read an upload. */
const readers: readonly string[] = [imageThumbnail.type, inferenceOcr.type];

interface JobToCome {
  readonly type: string;
  readonly payload?: unknown;
}

/** The uploads that some job may still read. */
@Injectable()
export class NeededUploads {
  constructor(
    private readonly database: Database,
    private readonly jobs: NeededJobs,
    private readonly projection: CurrentProjection,
  ) {}

  /**
   * The keys of the uploads of jobs that wait in any state, are dead letters, or were created after `since` and so can be
   * replayed; of runs that a replay is about to make; and of jobs that schedules make. Jobs that are accepted later are not
   * counted.
   * @throws ProjectionBehindError
   */
  async find(since: Date): Promise<Set<string>> {
    const keys = new Set<string>();
    const need = (payload: unknown) => {
      const imageId = (payload as { imageId?: unknown } | null)?.imageId;
      if (typeof imageId === 'string') keys.add(uploadKey(imageId));
    };
    // First the jobs on their way into the log, then those in it: none is missed between the two.
    for (const { type, payload } of await this.jobsToCome()) if (readers.includes(type)) need(payload);
    await this.projection.await();
    for await (const payload of this.jobs.payloads(readers, since)) need(payload);
    return keys;
  }

  private async jobsToCome(): Promise<JobToCome[]> {
    // Schedules first: a job that one of them sends meanwhile is in the log.
    const scheduled = await readScheduledJobs(this.database);
    return [...scheduled, ...((await readUnsentRequests(this.database)) as JobToCome[])];
  }
}
