import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { migrate, quoteName, schemasOf } from '@jobstream/database';
import pg from 'pg';

const read = (file: string) => readFile(new URL(`../../../../docs/roles/${file}`, import.meta.url), 'utf8');

/** Of each service the role that docs/least-privilege.md names; workers that are not among them have the worker's. */
const roleOf: Readonly<Record<string, string>> = {
  api: 'jobstream_api',
  projector: 'jobstream_owner',
  scheduler: 'jobstream_scheduler',
  'report-worker': 'jobstream_report_worker',
  'maintenance-worker': 'jobstream_maintenance_worker',
  'http-worker': 'jobstream_http_worker',
  'webhooks-worker': 'jobstream_webhooks_worker',
};

/** The roles of docs/roles/ for one namespace. Their names are unique, because a role belongs to the whole server. */
export class DatabaseRoles {
  private readonly password = randomBytes(9).toString('base64url');

  private constructor(
    private readonly url: string,
    private readonly namespace: string,
  ) {}

  /**
   * Makes them by the documented SQL, migrates as their owner, and grants by the documented SQL.
   * @param url of a superuser
   */
  static async make(url: string, namespace: string): Promise<DatabaseRoles> {
    const roles = new DatabaseRoles(url, namespace);
    await roles.apply(url, 'postgres-roles.sql');
    const owner = roles.urlOf('projector');
    await migrate({ url: owner, schemas: schemasOf(namespace) });
    await roles.apply(owner, 'postgres-grants.sql');
    return roles;
  }

  /** The DATABASE_URL of a service. */
  urlOf(service: string): string {
    const url = new URL(this.url);
    url.username = `${roleOf[service] ?? 'jobstream_worker'}_${this.namespace}`;
    url.password = this.password;
    return url.href;
  }

  /** Asks as the role of a service. */
  async query(service: string, sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.urlOf(service) });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  /** Drops the roles with all that is theirs. */
  async drop(): Promise<void> {
    await underLock(this.url, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'jobstream\\_%' AND rolname LIKE $1`,
        [`%\\_${this.namespace}`],
      );
      const names = rows.map(({ name }) => quoteName(name));
      // One after another: two of them have a part in the same default privileges.
      for (const name of names) await client.query(`DROP OWNED BY ${name} CASCADE`);
      await client.query(`DROP ROLE ${names.join(', ')}`);
    });
  }

  private async apply(url: string, file: string): Promise<void> {
    const { projection, operations } = schemasOf(this.namespace);
    const sql = (await read(file))
      .replaceAll(/--.*$/gm, '')
      .replaceAll(/\bjobstream_[a-z_]+\b/g, (role) => `${role}_${this.namespace}`)
      .replaceAll(/\bDATABASE jobstream\b/g, `DATABASE ${quoteName(new URL(this.url).pathname.slice(1))}`)
      .replaceAll(/\boperations\b/g, operations)
      .replaceAll(/\bprojection\b/g, projection)
      .replaceAll('change-me', this.password);
    await underLock(url, (client) => client.query(sql));
  }
}

/** Two sessions can't change the rights on a database at the same time. */
async function underLock(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtextextended('jobstream test roles', 0))`);
    await work(client);
  } finally {
    await client.end();
  }
}
