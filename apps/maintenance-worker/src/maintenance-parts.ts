import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { Topics } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import { Database, databaseSettingsFromEnv } from '@jobstream/database';
import { ClaimStore } from '@jobstream/execution';
import { JobIntake, KeyStore } from '@jobstream/intake';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  LogReader,
  RecordProducer,
  TopicAdmin,
} from '@jobstream/kafka';
import {
  JobQueries,
  LogEnds,
  NeededJobs,
  OldJobs,
  ProjectionPositions,
  ProjectionProgress,
  ReportQueries,
} from '@jobstream/projection';
import { commonSettings, readSettings, type Environment } from '@jobstream/runtime';
import { FiringStore } from '@jobstream/scheduling';
import { RecordReaders } from './old-records/record-readers.js';
import { retentionSettings, type Retention } from './retention.js';

/** Counting a day, or deleting what has gathered, reads many rows. */
const statementTimeoutMs = 60_000;

/** The projection has not read what the log had when it was asked: its answer would be too old. */
export class ProjectionBehindError extends Error {
  readonly code = 'projection_behind';
  override readonly name = 'ProjectionBehindError';

  constructor() {
    super(
      'The projection has not read the whole log yet. See whether the projector runs; this is tried again.',
    );
  }
}

/** What the maintenance jobs work with: connections of their own, opened when they are needed. */
export class MaintenanceParts {
  readonly database: Database;
  readonly intake: JobIntake;
  readonly keys: KeyStore;
  readonly firings: FiringStore;
  readonly claims: ClaimStore;
  readonly apiKeys: ApiKeyStore;
  readonly audit: AuditStore;
  readonly jobs: JobQueries;
  readonly needed: NeededJobs;
  readonly reports: ReportQueries;
  readonly oldJobs: OldJobs;
  readonly readers: RecordReaders;
  readonly log: LogReader;
  readonly projections: ProjectionPositions;
  readonly admin: TopicAdmin;
  readonly retention: Retention;
  private readonly topics: Topics;
  private readonly producer: RecordProducer;
  private readonly progress: ProjectionProgress;

  /** @throws SettingsError, KafkaSettingsError, DatabaseSettingsError */
  constructor(environment: Environment) {
    this.retention = readSettings(retentionSettings, environment);
    const { JOBSTREAM_NAMESPACE, JOBSTREAM_TOPIC_SIZE } = readSettings(commonSettings, environment);
    this.topics = new Topics(JOBSTREAM_NAMESPACE);
    const databaseSettings = databaseSettingsFromEnv(environment);
    this.database = new Database(databaseSettings, {
      applicationName: 'jobstream maintenance-worker',
      statementTimeoutMs,
    });
    const connection = new KafkaConnection(kafkaSettingsFromEnv(environment));
    this.producer = new RecordProducer(connection, {
      topics: this.topics.plan(jobDefinitions, JOBSTREAM_TOPIC_SIZE),
    });
    this.admin = new TopicAdmin(connection);
    this.intake = new JobIntake({ producer: this.producer, topics: this.topics });
    this.keys = new KeyStore(this.database, this.database.operations);
    this.firings = new FiringStore(this.database);
    this.claims = new ClaimStore(this.database);
    this.apiKeys = new ApiKeyStore(this.database);
    this.audit = new AuditStore(this.database);
    this.jobs = new JobQueries(this.database);
    this.needed = new NeededJobs(this.database);
    this.reports = new ReportQueries(this.database);
    this.oldJobs = new OldJobs(this.database);
    this.projections = new ProjectionPositions(this.database, databaseSettings.schemas);
    this.log = new LogReader(connection);
    const { topics, admin, database, projections } = this;
    this.readers = new RecordReaders({ topics, admin, database, projections });
    this.progress = new ProjectionProgress(this.database);
  }

  async start(): Promise<void> {
    await this.producer.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.producer.stop(), this.admin.stop(), this.log.close(), this.database.close()]);
  }

  /**
   * Resolves when the projection holds every record that the log has now.
   * @throws ProjectionBehindError when it does not within `patienceMs`
   */
  async awaitProjection(patienceMs = 30_000): Promise<void> {
    const ends = LogEnds.ofAll(this.admin, this.topics);
    if (!(await this.progress.waitUntilCurrent(ends, patienceMs))) throw new ProjectionBehindError();
  }
}
