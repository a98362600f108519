import { newSigningSecret } from '@jobstream/contracts/signatures';
import type { Database, Session } from '@jobstream/database';

/** A secret that takes the place of another one. */
export interface RotatedSecret {
  readonly secret: string;
  /** Until then the one before signs as well. */
  readonly beforeValidUntil: Date;
}

/** Secrets of one type that sign at once, however often it is rotated: each adds to the headers of every call. */
const maxValid = 3;

/** The secrets of endpoints, in Postgres: they sign what is sent, so they are kept as they are. By Postgres' clock. */
export class EndpointSecrets {
  constructor(private readonly database: Database) {}

  /** The secrets that sign for these types now, the newest of each first. */
  async find(types: readonly string[]): Promise<Map<string, string[]>> {
    const { rows } = await this.database.query<{ job_type: string; secret: string }>({
      name: 'endpoint-secrets-find',
      text: `SELECT job_type, secret FROM ${this.database.operations}.endpoint_secrets
        WHERE job_type = ANY($1) AND (valid_until IS NULL OR valid_until > now())
        ORDER BY valid_until DESC NULLS FIRST`,
      values: [types],
    });
    const found = new Map<string, string[]>();
    for (const { job_type, secret } of rows) found.set(job_type, [...(found.get(job_type) ?? []), secret]);
    return found;
  }

  /** Makes the first secret of a type, in place of all that were there. */
  async begin(type: string): Promise<string> {
    const secret = newSigningSecret();
    const { operations } = this.database;
    return this.alone(type, async (client) => {
      await client.query({
        text: `DELETE FROM ${operations}.endpoint_secrets WHERE job_type = $1`,
        values: [type],
      });
      await client.query({
        text: `INSERT INTO ${operations}.endpoint_secrets (job_type, secret) VALUES ($1, $2)`,
        values: [type, secret],
      });
      return secret;
    });
  }

  /** Makes a new secret; the one before signs as well for `overlapMs`, others as long as they would have. */
  async rotate(type: string, overlapMs: number): Promise<RotatedSecret> {
    const secret = newSigningSecret();
    const { operations } = this.database;
    return this.alone(type, async (client) => {
      await client.query({
        text: `UPDATE ${operations}.endpoint_secrets SET valid_until = now() + make_interval(secs => $2)
          WHERE job_type = $1 AND valid_until IS NULL`,
        values: [type, overlapMs / 1_000],
      });
      await client.query({
        text: `DELETE FROM ${operations}.endpoint_secrets WHERE job_type = $1 AND secret NOT IN (
          SELECT secret FROM ${operations}.endpoint_secrets
          WHERE job_type = $1 AND valid_until > now() ORDER BY created_at DESC LIMIT $2)`,
        values: [type, maxValid - 1],
      });
      const { rows } = await client.query<{ until: Date }>({
        // Not now(): this transaction may have begun before the one that it waited for.
        text: `INSERT INTO ${operations}.endpoint_secrets (job_type, secret, created_at) VALUES ($1, $2, clock_timestamp())
          RETURNING now() + make_interval(secs => $3) AS until`,
        values: [type, secret, overlapMs / 1_000],
      });
      return { secret, beforeValidUntil: rows[0]!.until };
    });
  }

  /** Deletes the secrets of a type. */
  async forget(type: string): Promise<void> {
    await this.alone(type, (client) =>
      client.query({
        text: `DELETE FROM ${this.database.operations}.endpoint_secrets WHERE job_type = $1`,
        values: [type],
      }),
    );
  }

  /**
   * Changes of one type's secrets come one after another: otherwise one would delete a secret that another one has just shown. The
   * statements after the lock see what was committed before it.
   */
  private alone<T>(type: string, work: (client: Session) => Promise<T>): Promise<T> {
    return this.database.transaction(async (client) => {
      await client.query({
        text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
        values: [`${this.database.operations}.endpoint_secrets ${type}`],
      });
      return work(client);
    });
  }
}
