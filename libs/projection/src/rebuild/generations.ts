import {
  migrateProjection,
  migrationsLock,
  quoteName,
  type Database,
  type DatabaseSettings,
  type Session,
} from '@jobstream/database';
import { holdProjectors } from '../projection-lock.js';
import type { TwoGenerations } from './compare-generations.js';

/** Sizes in bytes. */
export interface DatabaseRoom {
  readonly database: number;
  readonly live: number;
}

/** The schema of a generation that is not the live one: `projection_g2`. */
export function schemaOfGeneration(live: string, generation: number): string {
  return `${live}_g${generation}`;
}

/**
 * The schemas that generations of the projection are in. The live one has the projection's name; one that is built, and
 * one that was live, has its number added to it: `projection_g2`.
 */
export class Generations {
  /** Not quoted, as all names here. */
  readonly live: string;

  constructor(
    private readonly database: Database,
    private readonly settings: DatabaseSettings,
  ) {
    this.live = settings.schemas.projection;
  }

  /** The schema of a generation that is not the live one. */
  schemaOf(generation: number): string {
    return schemaOfGeneration(this.live, generation);
  }

  /** The live schema and another one, quoted. */
  liveAnd(schema: string): TwoGenerations {
    return { live: quoteName(this.live), rebuilt: quoteName(schema) };
  }

  /** The number of the live generation; 1 for one that has read nothing yet. */
  async liveGeneration(session: Session): Promise<number> {
    const { rows } = await session.query<{ generation: number | null }>({
      text: `SELECT max(generation) AS generation FROM ${quoteName(this.live)}.checkpoints`,
    });
    return rows[0]!.generation ?? 1;
  }

  /** Makes the schema of a generation, or brings one up to date that was begun before. */
  async create(generation: number): Promise<void> {
    await migrateProjection(this.settings, this.schemaOf(generation));
  }

  /** Drops a schema, if it exists. Waits at most 3 s for its readers. @throws while it is read */
  async drop(session: Session, schema: string): Promise<void> {
    await session.query({ text: `SET LOCAL lock_timeout = '3s'` });
    await session.query({ text: `DROP SCHEMA IF EXISTS ${quoteName(schema)} CASCADE` });
  }

  /** Gathers the planner's statistics of new tables. */
  async analyze(schema: string): Promise<void> {
    for (const table of [
      'jobs',
      'job_transitions',
      'rejected_records',
      'throughput',
      'error_groups',
      'error_hours',
      'projected_types',
      'search_entries',
    ])
      await this.database.query({ text: `ANALYZE ${quoteName(schema)}.${table}` });
  }

  /** Whether the schema has all the migrations of the live one: another version of this code may have added some. */
  async isUpToDate(schema: string): Promise<boolean> {
    const { live, rebuilt } = this.liveAnd(schema);
    const { rows } = await this.database.query({
      text: `SELECT name FROM ${live}.migrations EXCEPT SELECT name FROM ${rebuilt}.migrations`,
    });
    return rows.length === 0;
  }

  /** Waits, a little, until no projector is in a transaction, and keeps them waiting until the session's ends. */
  holdProjectors(session: Session): Promise<void> {
    return holdProjectors(session, quoteName(this.live));
  }

  /** Makes a schema the live one. Answers the new name of the one that was live. */
  async swap(session: Session, schema: string): Promise<string> {
    const old = this.schemaOf(await this.liveGeneration(session));
    await session.query({
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [migrationsLock(this.settings)],
    });
    await session.query({ text: `ALTER SCHEMA ${quoteName(this.live)} RENAME TO ${quoteName(old)}` });
    await session.query({ text: `ALTER SCHEMA ${quoteName(schema)} RENAME TO ${quoteName(this.live)}` });
    return old;
  }

  /** How large everything is, and the live generation. */
  async room(): Promise<DatabaseRoom> {
    const { rows } = await this.database.query<DatabaseRoom>({
      text: `SELECT pg_database_size(current_database()) AS database,
               (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r') AS live`,
      values: [this.live],
    });
    return rows[0]!;
  }
}
