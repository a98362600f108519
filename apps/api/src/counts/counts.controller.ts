import { Controller, Query } from '@nestjs/common';
import { jobStates, type JobState } from '@jobstream/contracts';
import { countsQuerySchema, type CountsView } from '@jobstream/contracts/rest';
import { DatabaseClock } from '@jobstream/database';
import { JobCounts, type CountedJobs, type CountScope } from '@jobstream/projection';
import { CatchUp, refuseFuture } from '@jobstream/status';
import { Route } from '../http/route.js';
import { readQuery } from '../http/query.js';

@Controller()
export class CountsController {
  constructor(
    private readonly counts: JobCounts,
    private readonly catchUp: CatchUp,
    private readonly databaseClock: DatabaseClock,
  ) {}

  @Route('GET /v1/counts')
  async count(@Query() query: unknown): Promise<CountsView> {
    const { maxAge = 0, ...scope } = readQuery(countsQuerySchema, query);
    if (scope.at) refuseFuture(scope.at, this.databaseClock.now());
    const { at, counts } = await (this.counts.recall(scope, maxAge) ?? this.countNow(scope));
    const states = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>;
    let total = 0;
    for (const { state, count } of counts) {
      states[state] += count;
      total += count;
    }
    return { at: at.toISOString(), total, states, items: [...counts] };
  }

  private async countNow(scope: CountScope): Promise<CountedJobs> {
    await this.catchUp.reach();
    return this.counts.count(scope);
  }
}
