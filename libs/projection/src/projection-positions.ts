import { quoteName, type Database, type Schemas } from '@jobstream/database';
import type { TopicPartition } from '@jobstream/kafka';

/** How far one projection has come. */
export interface ProjectionPosition {
  /** The schema of its rows, not quoted. */
  readonly schema: string;
  /** Whether it is the one that answers; else it is being built. */
  readonly isLive: boolean;
  /** Its checkpoints; a partition that it has not begun is not among them. */
  readonly checkpoints: readonly (TopicPartition & { readonly next: number })[];
}

/** Where all projections are in the log: the live one, and those that are built beside it in `<schema>_g<number>`. */
export class ProjectionPositions {
  constructor(
    private readonly database: Database,
    private readonly schemas: Schemas,
  ) {}

  /** The live one first. One that was live before and is kept reads no more: it is left out. */
  async read(): Promise<ProjectionPosition[]> {
    const { projection } = this.schemas;
    const live = await this.checkpoints(projection);
    const generation = Math.max(0, ...live.map((each) => each.generation));
    const positions: ProjectionPosition[] = [{ schema: projection, isLive: true, checkpoints: live }];
    for (const schema of await this.others()) {
      const checkpoints = await this.checkpoints(schema);
      if (checkpoints.some((each) => each.generation > generation))
        positions.push({ schema, isLive: false, checkpoints });
    }
    return positions;
  }

  private async others(): Promise<string[]> {
    const { rows } = await this.database.query<{ schemaname: string }>({
      text: `SELECT schemaname FROM pg_tables
             WHERE tablename = 'checkpoints' AND starts_with(schemaname, $1 || '_g') AND schemaname ~ '_g[0-9]+$'`,
      values: [this.schemas.projection],
    });
    return rows.map(({ schemaname }) => schemaname);
  }

  private async checkpoints(
    schema: string,
  ): Promise<(TopicPartition & { next: number; generation: number })[]> {
    const { rows } = await this.database.query<TopicPartition & { next: number; generation: number }>({
      text: `SELECT topic, partition, next, generation FROM ${quoteName(schema)}.checkpoints`,
    });
    return rows;
  }
}
