import { codeOf, quoteName, type Database, type Schemas } from '@jobstream/database';
import type { TopicPartition } from '@jobstream/kafka';
import { schemaOfGeneration } from '../rebuild/generations.js';
import { RebuildStore } from '../rebuild/rebuild-store.js';

/** How far one projection has come. */
export interface ProjectionPosition {
  /** The schema of its rows, not quoted. */
  readonly schema: string;
  /** Whether it is the one that answers; else it is being built. */
  readonly isLive: boolean;
  /** Its checkpoints; a partition that it has not begun is not among them. */
  readonly checkpoints: readonly (TopicPartition & { readonly next: number })[];
}

type Checkpoint = TopicPartition & { readonly next: number; readonly generation: number };

/** SQLSTATE. */
const undefinedTable = '42P01';

/** Where all projections are in the log: the live one, and the one that a rebuild under way builds beside it. */
export class ProjectionPositions {
  private readonly rebuilds: RebuildStore;

  constructor(
    private readonly database: Database,
    private readonly schemas: Schemas,
  ) {
    this.rebuilds = new RebuildStore(database);
  }

  /**
   * The live one first. A rebuild that is yet to begin has no checkpoints. Generations that ended rebuilds have kept are
   * left out: they read no more, and one that is taken after all has what it misses carried over.
   */
  async read(): Promise<ProjectionPosition[]> {
    const { projection } = this.schemas;
    const rebuild = await this.rebuilds.findUnfinished();
    const live = await this.checkpoints(projection);
    const positions: ProjectionPosition[] = [{ schema: projection, isLive: true, checkpoints: live }];
    if (rebuild === undefined) return positions;
    const next = Math.max(1, ...live.map(({ generation }) => generation)) + 1;
    const schema = schemaOfGeneration(projection, rebuild.generation ?? next);
    // Before it is begun, a schema of that name is another rebuild's.
    const checkpoints = rebuild.generation === null ? [] : await this.checkpointsIfThere(schema);
    return [...positions, { schema, isLive: false, checkpoints }];
  }

  /** A swap or a cancellation may have taken the schema away since its rebuild was seen. */
  private async checkpointsIfThere(schema: string): Promise<Checkpoint[]> {
    try {
      return await this.checkpoints(schema);
    } catch (error) {
      if (codeOf(error) === undefinedTable) return [];
      throw error;
    }
  }

  private async checkpoints(schema: string): Promise<Checkpoint[]> {
    const { rows } = await this.database.query<Checkpoint>({
      text: `SELECT topic, partition, next, generation FROM ${quoteName(schema)}.checkpoints`,
    });
    return rows;
  }
}
