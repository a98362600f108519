import { Injectable } from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import { TopicAdmin } from '@jobstream/kafka';
import { LogEnds, ProjectionProgress } from '@jobstream/projection';

const defaultTimeoutMs = 30_000;

/** The projection has not read all that the log held when it was asked: its answer would be too old. */
export class ProjectionBehindError extends Error {
  readonly code = 'projection_behind';
  override readonly name = 'ProjectionBehindError';

  constructor() {
    super(
      'The projection has not read the whole log yet. Check that the projector runs; the job is tried again.',
    );
  }
}

/** The projection, for jobs that need all that the log tells. */
@Injectable()
export class CurrentProjection {
  private readonly ends: LogEnds;

  constructor(
    private readonly progress: ProjectionProgress,
    admin: TopicAdmin,
    topics: Topics,
  ) {
    this.ends = LogEnds.ofAll(admin, topics);
  }

  /**
   * Resolves when the projection holds every record that the log holds now.
   * @throws ProjectionBehindError after `timeoutMs`
   */
  async await(timeoutMs = defaultTimeoutMs): Promise<void> {
    if (!(await this.progress.waitUntilCurrent(this.ends, timeoutMs))) throw new ProjectionBehindError();
  }
}
