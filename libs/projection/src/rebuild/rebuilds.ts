import { isJobId, newJobId } from '@jobstream/contracts';
import {
  faultsOf,
  rebuildRequestSchema,
  type RebuildList,
  type RebuildView,
} from '@jobstream/contracts/rest';
import { codeOf, readDatabaseClock, type Database, type DatabaseSettings } from '@jobstream/database';
import { Generations } from './generations.js';
import { RebuildError } from './rebuild-error.js';
import { RebuildStore, type Rebuild } from './rebuild-store.js';

const maxListed = 100;
/** Size of a new generation, relative to the live one. */
const roomFactor = 1.2;

/** Rebuilds as people work with them: ask, watch, cancel, take or drop what is left. A projector carries them out. */
export class Rebuilds {
  private readonly store: RebuildStore;
  private readonly generations: Generations;

  /** @param maxBytes how large the database may become; undefined where nobody says */
  constructor(
    private readonly database: Database,
    settings: DatabaseSettings,
    private readonly maxBytes: number | undefined,
  ) {
    this.store = new RebuildStore(database);
    this.generations = new Generations(database, settings);
  }

  /** @throws RebuildError `invalid_request`, `rebuild_running`, `rebuild_no_room` */
  async create(body: unknown): Promise<RebuildView> {
    const parsed = rebuildRequestSchema.safeParse(body === undefined ? {} : body);
    if (!parsed.success)
      throw new RebuildError('invalid_request', 'The rebuild has faults.', faultsOf(parsed.error));
    await this.refuseWithoutRoom();
    const rebuild = await this.store.insert(newJobId(await readDatabaseClock(this.database)), parsed.data);
    return rebuild ? viewOf(rebuild) : this.refuseSecond();
  }

  async list(): Promise<RebuildList> {
    return { items: (await this.store.list(maxListed)).map(viewOf) };
  }

  /** @throws RebuildError `rebuild_not_found` */
  async read(id: string): Promise<RebuildView> {
    return viewOf(await this.find(id));
  }

  /** @throws RebuildError `rebuild_not_found`, `rebuild_finished` */
  async cancel(id: string): Promise<RebuildView> {
    const known = await this.find(id);
    const cancelled = await this.store.cancel(known.id);
    if (cancelled) return viewOf(cancelled);
    throw new RebuildError('rebuild_finished', `Rebuild ${known.id} has ended as ${known.state}.`);
  }

  /**
   * Resumes a rebuild that failed because the generations differ, and swaps in any case.
   * @throws RebuildError `rebuild_not_found`, `rebuild_not_swappable`, `rebuild_running`
   */
  async swap(id: string): Promise<RebuildView> {
    const known = await this.find(id);
    const resumed = await this.store.resume(known.id);
    if (resumed) return viewOf(resumed);
    if (known.state === 'failed' && known.keptSchema !== null) return this.refuseSecond();
    throw new RebuildError(
      'rebuild_not_swappable',
      `Rebuild ${known.id} is ${known.state} and has left no generation to take. Ask for a new one with swap: always.`,
    );
  }

  /**
   * Drops the generation that it left beside the live one.
   * @throws RebuildError `rebuild_not_found`, `rebuild_unfinished`, `schema_in_use`, `schema_not_ours`
   */
  async dropKept(id: string): Promise<void> {
    const { keptSchema, finishedAt, id: known } = await this.find(id);
    if (finishedAt === null)
      throw new RebuildError(
        'rebuild_unfinished',
        `Rebuild ${known} has not ended. Cancel it to drop what is built.`,
      );
    if (keptSchema === null) return;
    try {
      await this.database.transaction(async (session) => {
        await this.generations.drop(session, keptSchema);
        await this.store.forgetSchema(session, keptSchema);
      });
    } catch (error) {
      throw refusalToDrop(keptSchema, error) ?? error;
    }
  }

  private async find(id: string): Promise<Rebuild> {
    const rebuild = isJobId(id) ? await this.store.find(id.toLowerCase()) : undefined;
    if (rebuild) return rebuild;
    throw new RebuildError('rebuild_not_found', 'No rebuild has this id. GET /v1/rebuilds lists them.');
  }

  private async refuseSecond(): Promise<never> {
    const running = await this.store.findUnfinished();
    const which = running ? `Rebuild ${running.id} is ${running.state}` : 'Another rebuild was asked for';
    throw new RebuildError('rebuild_running', `${which}. Wait for its end, or cancel it.`);
  }

  private async refuseWithoutRoom(): Promise<void> {
    if (this.maxBytes === undefined) return;
    const { database, live } = await this.generations.room();
    const needed = Math.ceil(live * roomFactor);
    if (database + needed <= this.maxBytes) return;
    throw new RebuildError(
      'rebuild_no_room',
      `A rebuild takes about ${needed} bytes beside the ${database} that the database has, and DATABASE_MAX_BYTES ` +
        `allows ${this.maxBytes}. Drop a kept generation, or make room and raise the setting.`,
    );
  }
}

/** SQLSTATE. */
const lockTimeout = '55P03';
const insufficientPrivilege = '42501';

function refusalToDrop(schema: string, error: unknown): RebuildError | undefined {
  if (codeOf(error) === lockTimeout)
    return new RebuildError('schema_in_use', `Schema ${schema} is still being read. Try again later.`);
  if (codeOf(error) === insufficientPrivilege)
    return new RebuildError(
      'schema_not_ours',
      `The role of this process may not drop the schema ${schema}. As its owner: DROP SCHEMA ${schema} CASCADE.`,
    );
  return undefined;
}

function viewOf(rebuild: Rebuild): RebuildView {
  const { recordsDone, recordsTotal, recordsPerSecond } = rebuild;
  const left = Math.max(0, recordsTotal - recordsDone);
  return {
    id: rebuild.id,
    state: rebuild.state,
    swap: rebuild.swap,
    keepOld: rebuild.keepOld,
    why: rebuild.why,
    generation: rebuild.generation,
    progress: {
      records: recordsDone,
      total: recordsTotal,
      perSecond: recordsPerSecond,
      etaSeconds: recordsPerSecond ? Math.ceil(left / recordsPerSecond) : null,
    },
    carried: rebuild.carried,
    compared: rebuild.compared,
    trouble: rebuild.trouble,
    differences: rebuild.differences,
    failure: rebuild.failure,
    keptSchema: rebuild.keptSchema,
    createdAt: rebuild.createdAt.toISOString(),
    startedAt: rebuild.startedAt?.toISOString() ?? null,
    finishedAt: rebuild.finishedAt?.toISOString() ?? null,
    links: { self: `/v1/rebuilds/${rebuild.id}` },
  };
}
