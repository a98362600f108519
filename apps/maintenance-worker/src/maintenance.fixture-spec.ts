import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { Database } from '@jobstream/database';
import { JobIntake } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { LogReader, TopicAdmin } from '@jobstream/kafka';
import { PlatformModule, rootModule } from '@jobstream/platform';
import { JobQueries } from '@jobstream/projection';
import type { Environment } from '@jobstream/runtime';
import { processContext } from '@jobstream/testing';
import { CurrentProjection } from './current-projection.js';
import { maintenanceDatabase, MaintenanceModule } from './maintenance.module.js';
import { RecordReaders } from './old-records/record-readers.js';
import { retentionToken, type Retention } from './retention.js';

/** The handlers of the maintenance worker and all that they work with, without a worker. */
export class Maintenance {
  readonly database: Database;
  readonly intake: JobIntake;
  readonly apiKeys: ApiKeyStore;
  readonly audit: AuditStore;
  readonly jobs: JobQueries;
  readonly readers: RecordReaders;
  readonly log: LogReader;
  readonly admin: TopicAdmin;
  readonly projection: CurrentProjection;
  readonly retention: Retention;

  private constructor(private readonly app: INestApplicationContext) {
    this.database = app.get(Database);
    this.intake = app.get(JobIntake);
    this.apiKeys = app.get(ApiKeyStore);
    this.audit = app.get(AuditStore);
    this.jobs = app.get(JobQueries);
    this.readers = app.get(RecordReaders);
    this.log = app.get(LogReader);
    this.admin = app.get(TopicAdmin);
    this.projection = app.get(CurrentProjection);
    this.retention = app.get<Retention>(retentionToken);
  }

  static async open(environment: Environment): Promise<Maintenance> {
    const platform = PlatformModule.of({ database: maintenanceDatabase, clocks: {} });
    const root = rootModule(processContext(environment), platform, MaintenanceModule);
    const app = await NestFactory.createApplicationContext(root, { logger: false });
    // No worker follows the job types here.
    app.get(JobTypeBook).learn(jobDefinitions, 'test');
    return new Maintenance(app);
  }

  /** A handler, or anything else that the module provides. */
  get<Thing>(type: new (...parts: never[]) => Thing): Thing {
    return this.app.get<Thing>(type);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
