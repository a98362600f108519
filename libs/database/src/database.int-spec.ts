import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Database } from './database.js';
import { codeOf, isContention, isPermanent, isUnavailable } from './errors.js';
import { databaseSettingsFromEnv, DatabaseSettingsError } from './settings.js';

const settings = databaseSettingsFromEnv(process.env);
let database: Database;
beforeAll(() => {
  database = new Database(settings, { connections: 2 });
});
afterAll(() => database.close());

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('Database', () => {
  it('answers rows, with bigints as numbers', async () => {
    const answer = await database.query({ text: 'SELECT $1::bigint AS big', values: [2 ** 40] });
    expect(answer).toEqual({ rows: [{ big: 2 ** 40 }], affected: 1 });
  });

  it('commits what returns, rolls back what throws, and keeps the connection', async () => {
    const one = new Database(settings, { connections: 1 });
    await one.query({ text: 'CREATE TEMP TABLE notes (text text)' });
    const write = (text: string) => ({ text: 'INSERT INTO notes VALUES ($1)', values: [text] });
    await one.transaction((session) => session.query(write('kept')));
    const undone = one.transaction(async (session) => {
      await session.query(write('undone'));
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect((await one.query({ text: 'SELECT * FROM notes' })).rows).toEqual([{ text: 'kept' }]);
    await one.close();
  });

  it('does not wait for the disk when told so, in that transaction alone', async () => {
    const show = { text: 'SHOW synchronous_commit' };
    const inside = await database.transaction((session) => session.query(show), { lazyCommit: true });
    expect(inside.rows).toEqual([{ synchronous_commit: 'off' }]);
    expect((await database.query(show)).rows).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('lives on when its connections are ended, also in the middle of a transaction', async () => {
    const lost: Error[] = [];
    const own = new Database(settings, { connections: 1, onConnectionLost: (error) => lost.push(error) });
    const error = await failure(
      own.transaction(async (session) => {
        const { rows } = await session.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
        await database.query({ text: 'SELECT pg_terminate_backend($1, 5000)', values: [rows[0]!.pid] });
        await session.query({ text: 'SELECT 1' });
      }),
    );
    expect(isUnavailable(error)).toBe(true);
    await own.ping();
    expect(lost.length).toBeGreaterThan(0);
    await own.close();
  });

  describe('that meets another transaction', () => {
    const table = `met_${randomBytes(6).toString('hex')}`;
    beforeAll(() => database.query({ text: `CREATE TABLE public.${table} (id integer, changes integer)` }));
    beforeAll(() => database.query({ text: `INSERT INTO public.${table} VALUES (1, 0), (2, 0)` }));
    afterAll(() => database.query({ text: `DROP TABLE public.${table}` }));
    const change = (id: number) => ({
      text: `UPDATE public.${table} SET changes = changes + 1 WHERE id = $1`,
      values: [id],
    });
    const changes = async () =>
      (
        await database.query<{ changes: number }>({ text: `SELECT changes FROM public.${table} ORDER BY id` })
      ).rows.map((row) => row.changes);

    /** Two that lock the rows in opposite order, each holding one before either asks for its second. */
    async function deadlock(
      once: boolean,
    ): Promise<{ readonly failures: unknown[]; readonly tries: number }> {
      let tries = 0;
      let bothHold: () => void;
      const held = new Promise<void>((resolve) => {
        bothHold = resolve;
      });
      const run = (first: number, second: number) =>
        database.transaction(
          async (session) => {
            await session.query(change(first));
            tries += 1;
            if (tries === 2) bothHold();
            await held;
            await session.query(change(second));
          },
          { once },
        );
      const ends = await Promise.allSettled([run(1, 2), run(2, 1)]);
      const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
      return { failures, tries };
    }
    it('runs again where Postgres undid it, so that both succeed', async () => {
      expect(await deadlock(false)).toEqual({ failures: [], tries: 3 });
      expect(await changes()).toEqual([2, 2]);
    });

    it('throws where it may run only once', async () => {
      const { failures, tries } = await deadlock(true);
      expect([tries, failures.map(isContention)]).toEqual([2, [true]]);
      expect(await changes()).toEqual([3, 3]);
    });

    it('runs a single statement again too', async () => {
      const sequence = `${table}_tries`;
      await database.query({ text: `CREATE SEQUENCE public.${sequence} OWNED BY public.${table}.id` });
      await database.query({
        text: `DO $$ BEGIN
                 IF nextval('public.${sequence}') < 3 THEN RAISE EXCEPTION 'met' USING ERRCODE = '40001'; END IF;
               END $$`,
      });
      expect((await database.query({ text: `SELECT last_value FROM public.${sequence}` })).rows).toEqual([
        { last_value: 3 },
      ]);
    });
  });

  it('tells errors that may pass from those that stay', async () => {
    const kinds = async (text: string) => {
      const error = await failure(database.query({ text }));
      return [codeOf(error), isUnavailable(error), isContention(error), isPermanent(error)];
    };
    const raise = (code: string) => `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`;
    expect(await kinds('SELECT * FROM nothing_of_that_name')).toEqual(['42P01', false, false, true]);
    expect(await kinds(raise('40P01'))).toEqual(['40P01', false, true, false]);
    expect(await kinds(raise('40001'))).toEqual(['40001', false, true, false]);
    expect(await kinds(raise('53100'))).toEqual(['53100', true, false, false]);
    expect(await kinds(raise('57P03'))).toEqual(['57P03', true, false, false]);
  });

  it('says where it looked when nothing answers, and not with what password', async () => {
    const nobody = new Database({ ...settings, url: 'postgres://me:secret@127.0.0.1:1/jobs' });
    const error = (await failure(nobody.ping())) as Error;
    expect(isUnavailable(error)).toBe(true);
    expect(error.message).toContain('127.0.0.1:1/jobs');
    expect(error.message).not.toContain('secret');
    await nobody.close();
  });

  it('gives up on a statement that takes too long', async () => {
    const hasty = new Database(settings, { statementTimeoutMs: 1_000 });
    expect(isUnavailable(await failure(hasty.query({ text: 'SELECT pg_sleep(20)' })))).toBe(true);
    await hasty.ping();
    await hasty.close();
  });
});

describe('settings', () => {
  it.each([undefined, '', 'nonsense', 'mysql://localhost/jobs'])('DATABASE_URL is not %j', (DATABASE_URL) => {
    expect(() => databaseSettingsFromEnv({ DATABASE_URL })).toThrow(DatabaseSettingsError);
  });

  it('prefixes schemas by the namespace', () => {
    const { schemas } = databaseSettingsFromEnv({ ...process.env, JOBSTREAM_NAMESPACE: 'team-a' });
    expect(schemas).toEqual({ projection: 'team_a_projection', operations: 'team_a_operations' });
  });
});
