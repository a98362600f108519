import { Module } from '@nestjs/common';
import { Topics } from '@jobstream/contracts';
import { KafkaConnection } from '@jobstream/kafka';
import { databaseSettingsToken, loggerToken, PlatformModule, provide } from '@jobstream/platform';
import { Rebuilder } from '@jobstream/projection';
import { ProjectorService } from './projector.service.js';

/** A statement holds a whole batch; one that takes longer than this is lost. */
const statementTimeoutMs = 20_000;

/**
 * A projector: reads every topic of the namespace into Postgres, and does rebuilds. Run as many as wanted, they share the
 * partitions. Settings: `KAFKA_*`, `DATABASE_URL` and the common ones.
 */
@Module({
  imports: [
    PlatformModule.of({
      database: { connections: 4, statementTimeoutMs },
      // Rows are of use whatever the time is: only how old they are is counted from it.
      clocks: { broker: 'watched', postgres: 'watched' },
    }),
  ],
  providers: [
    ProjectorService,
    provide(Rebuilder, {
      connection: KafkaConnection,
      settings: databaseSettingsToken,
      topics: Topics,
      logger: loggerToken,
    }),
  ],
})
export class ProjectorModule {}
