import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Topics } from '@jobstream/contracts';
import { Database } from '@jobstream/database';
import { JobIntake } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { KafkaConnection, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { loggerToken, PlatformModule, provide, tokenOf } from '@jobstream/platform';
import { JobQueries, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { ReplayRunner, type Projection } from '@jobstream/replay';
import { SchedulerService } from './scheduler.service.js';

const projectionToken = tokenOf<Projection>('Projection');

/**
 * A scheduler: fires schedules, holds delayed jobs until they are due, runs replays. Run two or more, so that one is left
 * when another dies. Settings: `KAFKA_*`, `DATABASE_URL` and the common ones.
 */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    PlatformModule.of({
      // Postgres says what is due, the broker dates what is produced.
      clocks: { broker: 'needed', postgres: 'needed' },
    }),
  ],
  providers: [
    SchedulerService,
    provide(JobIntake, { producer: RecordProducer, topics: Topics, jobTypes: JobTypeBook }),
    provide(JobQueries, [Database]),
    provide(ProjectionProgress, [Database]),
    {
      provide: projectionToken,
      inject: [JobQueries, ProjectionProgress, TopicAdmin, Topics],
      useFactory: readProjection,
    },
    provide(ReplayRunner, {
      connection: KafkaConnection,
      database: Database,
      intake: JobIntake,
      projection: projectionToken,
      logger: loggerToken,
    }),
  ],
})
export class SchedulerModule {}

function readProjection(
  queries: JobQueries,
  progress: ProjectionProgress,
  admin: TopicAdmin,
  topics: Topics,
): Projection {
  const ends = LogEnds.ofAll(admin, topics);
  return { queries, waitUntilCurrent: (timeoutMs) => progress.waitUntilCurrent(ends, timeoutMs) };
}
