import type { Topics } from '@jobstream/contracts';
import type { Differences } from '@jobstream/contracts/rest';
import { codeOf, Database, isPermanent, type DatabaseSettings } from '@jobstream/database';
import { partitionKey, type KafkaConnection, type OffsetsByTopic, type TopicAdmin } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { ForeignLogError, readCheckpoints } from '../progress/checkpoints.js';
import { projectedTopics } from '../projected-topics.js';
import { Projector } from '../projector.js';
import { carryOver } from './carry-over.js';
import { GenerationComparison } from './compare-generations.js';
import type { Generations } from './generations.js';
import { InterruptedError, Interruption } from './interruption.js';
import { leaveOut } from './leave-out.js';
import { declareSearch, readDeclarations } from '../search/projected-types.js';
import { GenerationAlignment } from './align-generations.js';
import { ReadingPace, type SeenRecords } from './reading-pace.js';
import { broken, differing, maxDeaths, noRoom, runnersDied } from './rebuild-ends.js';
import type { Rebuild, RebuildEnd, RebuildNews, RebuildStore } from './rebuild-store.js';
import { TouchedRows } from './touched-rows.js';

/** What a run works with, in the process that carries it out. */
export interface RebuildRunOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly settings: DatabaseSettings;
  readonly store: RebuildStore;
  readonly generations: Generations;
  readonly logger: Logger;
  /** Names this process in the lease. */
  readonly owner: string;
  /** Maximum number of jobs that are compared while projectors wait. Default 5,000. */
  readonly fewJobs?: number;
}

const reportEveryMs = 1_000;
const lookEveryMs = 200;
/** Records from the log's end at which the next step begins. */
const nearRecords = 5_000;
const defaultFewJobs = 5_000;
/** Maximum number of rounds that compare the rows changed during the last one. */
const maxRounds = 6;
/** SQLSTATE. */
const diskFull = '53100';

/**
 * One rebuild in the process that holds its lease. All its progress is in its schema and its row, so the next holder of the lease
 * resumes there: read the log to its end, carry over what the log has lost, compare, swap.
 */
export class RebuildRun {
  private readonly pace = new ReadingPace();
  private readonly news: { -readonly [Field in keyof RebuildNews]: RebuildNews[Field] } = {};
  private readonly touched = new TouchedRows();
  private readonly interruption = new Interruption();
  /** Where the log began when this process began to read. */
  private starts: OffsetsByTopic | undefined;

  constructor(
    private readonly options: RebuildRunOptions,
    private readonly rebuild: Rebuild,
  ) {}

  /** Leaves it to another process. */
  stop(): void {
    this.interruption.interrupt('stopped');
  }

  /**
   * Brings the rebuild to its end, or to an interruption.
   * @throws errors that may pass: run it again later
   */
  async run(): Promise<void> {
    const { store, owner, generations, database } = this.options;
    if (this.rebuild.deaths >= maxDeaths) return this.failForDeaths();
    const reports = setInterval(() => void this.report(), reportEveryMs);
    let schema: string | undefined;
    try {
      const generation = await this.begin();
      schema = generations.schemaOf(generation);
      const end = await this.build(schema, generation);
      if (end !== 'swapped')
        await database.transaction((session) => store.end(session, this.rebuild.id, owner, end));
    } catch (error) {
      await this.giveUp(this.interruption.reasonOr(error), schema);
    } finally {
      clearInterval(reports);
    }
  }

  private failForDeaths(): Promise<void> {
    const { generations, logger } = this.options;
    const { id, generation } = this.rebuild;
    logger.error({ rebuild: id }, 'rebuild failed: its projector died three times');
    return this.throwAway(generation === null ? undefined : generations.schemaOf(generation), runnersDied);
  }

  /** Makes the schema, or finds the one begun before. Older generations that were kept make room. */
  private async begin(): Promise<number> {
    const { store, generations, database, owner } = this.options;
    if (this.rebuild.generation !== null) {
      await generations.create(this.rebuild.generation);
      return this.rebuild.generation;
    }
    for (const schema of await store.keptSchemas())
      await database.transaction(async (session) => {
        await generations.drop(session, schema);
        await store.forgetSchema(session, schema);
      });
    const generation = (await generations.liveGeneration(database)) + 1;
    await database.transaction((session) => generations.drop(session, generations.schemaOf(generation)));
    await generations.create(generation);
    await store.report(this.rebuild.id, owner, { generation });
    return generation;
  }

  private async build(schema: string, generation: number): Promise<RebuildEnd | 'swapped'> {
    const { connection, topics, logger, settings } = this.options;
    const database = new Database(
      { ...settings, schemas: { ...settings.schemas, projection: schema } },
      { applicationName: 'jobstream rebuild', connections: 2, statementTimeoutMs: 20_000 },
    );
    const projector = new Projector({
      connection,
      database,
      topics,
      logger,
      prepare: () => Promise.resolve(),
      beside: { generation, group: `${topics.serviceGroup('rebuild')}.${this.rebuild.id}` },
      onFatal: (error) => this.interruption.interrupt(error),
      // Until the first comparison begins, every row is still to be compared.
      onWriting: (rows) => this.news.state === 'comparing' && this.touched.add(rows),
    });
    // While there is no row yet: then the entries are of all jobs.
    await declareSearch(
      database,
      await readDeclarations(this.options.database, this.options.database.projection),
    );
    projector.start();
    try {
      await this.readToEnd(projector);
      await this.takeFromLive(schema, await this.readAsFarAsLive(projector));
      return await this.compareAndSwap(projector, schema);
    } finally {
      await projector.stop();
      await database.close();
    }
  }

  private async readToEnd(projector: Projector): Promise<void> {
    this.news.state = 'reading';
    for (;;) {
      const seen = await this.countRead(projector);
      this.news.recordsPerSecond = this.pace.perSecond(performance.now());
      if (seen.isWhole && seen.total - seen.done <= nearRecords) return this.report();
      await this.interruption.rest(lookEveryMs);
    }
  }

  private async countRead(projector: Projector): Promise<SeenRecords> {
    const { admin, topics } = this.options;
    const names = await projectedTopics(admin, topics);
    this.starts ??= await admin.startOffsets(names);
    const seen = this.pace.look(this.starts, await admin.endOffsets(names), projector.positions());
    this.news.recordsDone = seen.done;
    this.news.recordsTotal = seen.total;
    return seen;
  }

  /** Reads on to where the live generation is now. */
  private async readAsFarAsLive(projector: Projector): Promise<OffsetsByTopic> {
    const { admin, topics, database } = this.options;
    const inLog = await admin.startOffsets(await projectedTopics(admin, topics));
    const live = await readCheckpoints(database, database.projection);
    for (;;) {
      const read = projector.positions();
      const isThere = [...inLog].every(([topic, { length }]) =>
        Array.from({ length }, (_, partition) => partitionKey({ topic, partition })).every(
          (partition) => (read.get(partition) ?? 0) >= (live.get(partition) ?? 0),
        ),
      );
      if (isThere) break;
      await this.interruption.rest(lookEveryMs);
    }
    return new Map(
      [...inLog].map(([topic, offsets]) => [
        topic,
        offsets.map((_, partition) => live.get(partitionKey({ topic, partition })) ?? 0),
      ]),
    );
  }

  /** Takes from the live generation the jobs of which the log has lost records. */
  private async takeFromLive(schema: string, read: OffsetsByTopic): Promise<void> {
    const { admin, topics, database, generations, logger } = this.options;
    this.news.state = 'comparing';
    this.news.recordsPerSecond = null;
    if (!(await generations.isUpToDate(schema)))
      throw new Error(
        'Another version of the platform has changed the live schema: it has to go on with this.',
      );
    const starts = await admin.startOffsets(await projectedTopics(admin, topics));
    const both = generations.liveAnd(schema);
    let [carried, left] = [0, 0];
    await carryOver(database, both, starts, (jobs) => {
      this.news.carried = carried += jobs;
      this.interruption.check();
    });
    await leaveOut(database, both, read, starts, (jobs) => {
      left += jobs;
      this.interruption.check();
    });
    if (left > 0) logger.info({ rebuild: this.rebuild.id, jobs: left }, 'records of deleted jobs skipped');
    await generations.analyze(schema);
  }

  private async compareAndSwap(projector: Projector, schema: string): Promise<RebuildEnd | 'swapped'> {
    const alignment = new GenerationAlignment({
      ...this.options,
      projector,
      interruption: this.interruption,
      onTrouble: (trouble) => (this.news.trouble = trouble),
    });
    const align: Align = async (work) => {
      await alignment.whileAligned(work);
      await this.interruption.unless(projector.readOn());
    };
    const differences = await this.compare(align, schema);
    await this.countRead(projector);
    await this.report();
    if (differences !== null && this.rebuild.swap === 'when-equal') return differing(schema, differences);
    return this.swap(alignment, schema, differences);
  }

  /** Compares all rows as they were at one place of the log, then those touched meanwhile, until these are few. */
  private async compare(align: Align, schema: string): Promise<Differences | null> {
    const { fewJobs = defaultFewJobs } = this.options;
    let all = 0;
    let differences = await this.compareOnce(align, schema, (comparison) =>
      comparison.compareAll((jobs) => {
        all += jobs;
        this.news.compared = all;
        this.interruption.check();
      }),
    );
    for (let round = 0; differences === null && this.touched.size > fewJobs && round < maxRounds; round += 1)
      differences = await this.compareOnce(align, schema, (comparison, { ids, rejected }) =>
        comparison.compareTouched(ids, rejected),
      );
    return differences;
  }

  /**
   * Compares in a snapshot of a moment in which both generations were at the same place, while both read on. The rows
   * touched until then are taken in that moment, in which nothing is written; rows written later count as touched again.
   */
  private async compareOnce(
    align: Align,
    schema: string,
    compare: (comparison: GenerationComparison, touched: Touched) => Promise<void>,
  ): Promise<Differences | null> {
    const { database, generations } = this.options;
    let comparing: Promise<Differences | null> | undefined;
    await align(async () => {
      const touched = { ids: this.touched.ids, rejected: this.touched.rejected };
      await new Promise<void>((taken, failed) => {
        comparing = database.transaction(
          async (snapshot) => {
            const comparison = await GenerationComparison.open(snapshot, generations.liveAnd(schema));
            taken();
            await compare(comparison, touched);
            return comparison.differences;
          },
          // Another try would begin after the moment in which both are at the same place.
          { snapshot: true, once: true },
        );
        comparing.catch(failed);
      });
      this.touched.clear();
    });
    return comparing!;
  }

  /** Puts the new generation in the place of the live one, while projectors wait. */
  private async swap(
    alignment: GenerationAlignment,
    schema: string,
    known: Differences | null,
  ): Promise<RebuildEnd | 'swapped'> {
    const { store, owner, generations, logger } = this.options;
    let differences = known;
    let old: string | undefined;
    await alignment.whileAligned(async (session) => {
      if (known === null) {
        const comparison = await GenerationComparison.open(session, generations.liveAnd(schema));
        await comparison.compareTouched(this.touched.ids, this.touched.rejected);
        differences = comparison.differences;
        if (differences !== null && this.rebuild.swap === 'when-equal') return;
      }
      old = await generations.swap(session, schema);
      const end = { state: 'swapped', keptSchema: old, differences } as const;
      if (!(await store.end(session, this.rebuild.id, owner, end))) throw await this.whyNotOurs();
    });
    if (old === undefined) return differing(schema, differences!);
    logger.info({ rebuild: this.rebuild.id, old }, 'rebuilt generation swapped in');
    if (!this.rebuild.keepOld) await this.dropOld(old);
    return 'swapped';
  }

  /** Where someone still reads it, it stays: it can be dropped later. */
  private async dropOld(old: string): Promise<void> {
    const { store, generations, logger, database } = this.options;
    try {
      await database.transaction(async (session) => {
        await generations.drop(session, old);
        await store.forgetSchema(session, old);
      });
    } catch (error) {
      logger.warn({ err: error, schema: old }, 'old generation not dropped');
    }
  }

  /** Tells how it goes; learns whether it is to end. Outages pass, or the lease does. */
  private async report(): Promise<void> {
    const { store, owner, logger } = this.options;
    try {
      const row = await store.report(this.rebuild.id, owner, this.news);
      if (row === undefined) this.interruption.interrupt('lost');
      else if (row.cancelRequested) this.interruption.interrupt('cancelled');
    } catch (error) {
      logger.debug({ err: error }, 'rebuild report failed');
    }
  }

  private async whyNotOurs(): Promise<Error> {
    const row = await this.options.store.report(this.rebuild.id, this.options.owner, {});
    return new InterruptedError(row === undefined ? 'lost' : 'cancelled');
  }

  private async giveUp(reason: unknown, schema: string | undefined): Promise<void> {
    const { store, owner } = this.options;
    const why = reason instanceof InterruptedError ? reason.why : undefined;
    if (why === 'lost') return;
    if (why === 'stopped') return store.release(owner);
    if (why === 'cancelled') return this.throwAway(schema, { state: 'cancelled' });
    if (codeOf(reason) === diskFull) return this.throwAway(schema, noRoom);
    if (!isPermanent(reason) && !(reason instanceof ForeignLogError)) throw reason;
    return this.throwAway(schema, broken(reason as Error));
  }

  private async throwAway(schema: string | undefined, end: RebuildEnd): Promise<void> {
    const { store, owner, generations, database } = this.options;
    await database.transaction(async (session) => {
      if (schema !== undefined) await generations.drop(session, schema);
      await store.end(session, this.rebuild.id, owner, end);
    });
  }
}

type Touched = Pick<TouchedRows, 'ids' | 'rejected'>;

/** Does work while both generations are at the same place; then both read on. */
type Align = (work: () => Promise<void>) => Promise<void>;
