import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { sessionOn } from './database.js';
import { isPermanent } from './errors.js';
import { migrate } from './migrate.js';
import { askServer, faultOfServer } from './server-requirements.js';
import { schemasOf } from './settings.js';

const schemas = schemasOf('');

describe('a database that does not suit', () => {
  const address = new URL(process.env.DATABASE_URL!);
  const inDatabase = async (name: string, text: string, url: string = address.toString()) => {
    const client = new pg.Client(url);
    await client.connect();
    await client.query(text.replaceAll('$name', name)).finally(() => client.end());
  };
  const random = () => `test_${randomBytes(6).toString('hex')}`;

  it.each(['LATIN1', 'SQL_ASCII'])(
    'is refused for its encoding %s, naming DATABASE_URL',
    async (encoding) => {
      const name = random();
      await inDatabase(name, `CREATE DATABASE $name ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
      const url = new URL(address);
      url.pathname = `/${name}`;
      const error = await migrate({ url: url.toString(), schemas }).catch((reason: unknown) => reason);
      await inDatabase(name, 'DROP DATABASE $name WITH (FORCE)');
      expect(error).toMatchObject({
        code: 'database_not_utf8',
        message: expect.stringMatching(
          `^Postgres at ${url.host}/${name} has the encoding ${encoding}.*DATABASE_URL`,
        ),
      });
      expect(isPermanent(error)).toBe(true);
    },
  );

  it('is refused where its user can make no schemas and there are none', async () => {
    const name = random();
    await inDatabase(name, `CREATE ROLE $name LOGIN PASSWORD 'x'`);
    await inDatabase(name, 'CREATE DATABASE $name TEMPLATE template0');
    const url = new URL(address);
    [url.username, url.password, url.pathname] = [name, 'x', `/${name}`];
    const error = await migrate({ url: url.toString(), schemas }).catch((reason: unknown) => reason);
    await inDatabase(name, 'DROP DATABASE $name WITH (FORCE)');
    await inDatabase(name, 'DROP ROLE $name');
    expect(error).toMatchObject({
      code: 'database_right_missing',
      message: expect.stringContaining('GRANT'),
    });
  });

  it('is refused where a pooler keeps back what sessions state', async () => {
    const client = new pg.Client(address.toString());
    await client.connect();
    const facts = await askServer(sessionOn(client), schemas).finally(() => client.end());
    expect(faultOfServer(facts)).toMatchObject({ code: 'database_settings_refused' });
  });
});
