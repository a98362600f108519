import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord } from '@jobstream/contracts/records';
import { Database, databaseSettingsFromEnv } from '@jobstream/database';
import { ApiClient, eventually, Platform, readTopics } from '@jobstream/testing';

describe('the same Idempotency-Key makes one job', () => {
  let platform: Platform;
  let clients: ApiClient[];
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 2, projector: 1 } });
    clients = platform.all('api').map(({ url }) => new ApiClient(url));
  });
  afterAll(() => platform?.stop());

  const submit = (nth: number, key: string, note: string) =>
    clients[nth % 2]!.submit('probe.run', { note }, { 'idempotency-key': key });

  it('sent 50 times at once to two processes: one job, 50 equal answers', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, nth) => submit(nth, key, 'once')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);

    const requests = await readTopics([platform.topics.requests('probe')]);
    const ids = requests.map(({ key: id }) => id?.toString());
    expect(ids).toEqual([answers[0]!.body.id]);
  });

  it('with another body: 422', async () => {
    const key = randomUUID();
    expect((await submit(0, key, 'first')).status).toBe(202);
    expect(await submit(1, key, 'second')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('over a whole batch: the same ids again', async () => {
    const items = Array.from({ length: 20 }, () => ({ type: 'probe.run', payload: {} }));
    const headers = { 'idempotency-key': randomUUID() };
    const [first, second] = await Promise.all(
      clients.map((client) => client.post('/v1/jobs/batch', { items }, headers)),
    );
    expect(first).toMatchObject({ status: 202, body: { accepted: 20, rejected: 0 } });
    expect(second!.body).toEqual(first!.body);
  });
});

describe('an API killed between the log and the answer', () => {
  let platform: Platform;
  let database: Database;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
    database = new Database(databaseSettingsFromEnv(platform.environment()), { connections: 2 });
  });
  afterAll(async () => {
    await platform?.stop();
    await database?.close();
  });

  const query = (text: string) => database.query<Record<string, unknown>>({ text });

  it('leaves a key that another request takes over: the job is in the log twice and runs once', async () => {
    const { operations } = database;
    const headers = { 'idempotency-key': randomUUID() };
    const submit = () => platform.api.submit('probe.run', { note: 'once' }, headers);
    // The answer is written after the log has the job: this holds it up, so that the kill strikes between the two.
    await query(`CREATE FUNCTION ${operations}.hold() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'`);
    await query(
      `CREATE TRIGGER hold BEFORE UPDATE ON ${operations}.idempotency_keys FOR EACH ROW EXECUTE FUNCTION ${operations}.hold()`,
    );
    const unanswered = submit().catch(() => undefined);
    const requests = async () =>
      (await readTopics([platform.topics.requests('probe')])).map(({ value, headers: heads }) => {
        const record = decodeRecord(value, heads);
        if ('fault' in record) throw new Error(record.detail);
        return { id: record.value.id, claimed: record.claimed };
      });
    const [first] = await eventually(async () => {
      const found = await requests();
      expect(found).toHaveLength(1);
      return found;
    });
    await platform.api.finished(first!.id);
    await platform.one('api').crash();
    await unanswered;
    await database.query({
      text: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND strpos(query, $1) > 0`,
      values: [operations],
    });
    await query(`DROP TRIGGER hold ON ${operations}.idempotency_keys`);
    // Another worker: none remembers what it has taken.
    await platform.one('probe-worker').stop();
    await Promise.all([platform.launch('api'), platform.launch('probe-worker')]);

    await query(`UPDATE ${operations}.idempotency_keys SET written_at = now() - interval '11 s'`);
    expect(await submit()).toMatchObject({ status: 202, body: { id: first!.id } });
    expect(await requests()).toEqual([first, first].map((request) => ({ ...request, claimed: true })));
    const worker = platform.one('probe-worker');
    await worker.logged(({ msg, job }) => msg === 'outcome republished' && job === first!.id);
    const starts = platform.processes.flatMap(({ log }) =>
      log.filter(({ msg }) => msg === 'attempt started'),
    );
    console.log(`2 requests of one job in the log, ${starts.length} start`);
    expect(starts.map(({ job }) => job)).toEqual([first!.id]);
  });
});
