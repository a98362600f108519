import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { newJobId } from '@jobstream/contracts';
import { problemKinds, type AcceptedJob, type BatchAnswer } from '@jobstream/contracts/rest';
import { Database } from '@jobstream/database';
import { isSettled } from '../batch.js';
import { IntakeError } from '../intake-error.js';
import { StackFixture } from '../stack.fixture-spec.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import type { KeyScope } from './idempotency-key.js';
import { KeyStore } from './key-store.js';

const body = { type: 'probe.run', payload: { note: 'once' } };
const newScope = (): KeyScope => ({ owner: '', route: 'POST /v1/jobs', key: randomBytes(8).toString('hex') });

describe('Idempotency-Keys on real Kafka and Postgres', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  const submit = (keys: IdempotencyKeys, scope: KeyScope): Promise<AcceptedJob> =>
    keys.once(scope, { body, perform: (id) => stack.intake.accept(stack.intake.check(body), id) });

  /** As if the key had been written so long ago, by Postgres' clock. */
  const age = ({ key }: KeyScope, interval: string) =>
    stack.database.query({
      text: `UPDATE ${stack.database.operations}.idempotency_keys
        SET written_at = written_at - $2::interval WHERE key = $1`,
      values: [key, interval],
    });

  it('make one job and 50 equal answers from 50 calls at once, in several processes', async () => {
    const before = await stack.requests('probe');
    const processes = [stack.keys(), stack.keys(), stack.keys()];
    const scope = newScope();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => submit(processes[n % 3]!, scope)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await stack.requests('probe')).toBe(before + 1);
    expect(await submit(stack.keys(), scope)).toEqual(answers[0]);
    expect(await stack.requests('probe')).toBe(before + 1);
  });

  it('keep apart requests that differ in owner, route or key', async () => {
    const keys = stack.keys();
    const scope = newScope();
    const scopes = [
      scope,
      { ...scope, owner: 'ada' },
      { ...scope, route: 'POST /v1/jobs/batch' },
      newScope(),
    ];
    const answers = await Promise.all(scopes.map((each) => submit(keys, each)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(4);
  });

  it('refuse another body, in the same and in another process', async () => {
    const scope = newScope();
    const keys = stack.keys();
    await submit(keys, scope);
    const perform = jest.fn(async () => 'never');
    for (const process of [keys, stack.keys()])
      await expect(process.once(scope, { body: { other: 1 }, perform })).rejects.toMatchObject({
        code: 'idempotency_key_reused',
      });
    expect(perform).not.toHaveBeenCalled();
  });

  it('let a call with another body wait for the result of the first', async () => {
    const keys = stack.keys();
    const scope = newScope();
    const [first, second] = await Promise.allSettled([
      submit(keys, scope),
      keys.once(scope, { body: { other: 1 }, perform: async () => 'never' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'idempotency_key_reused' } });
  });

  it('perform a failed request again at once, under the same id', async () => {
    const scope = newScope();
    const ids: string[] = [];
    const fail = async (id: string) => {
      ids.push(id);
      throw new IntakeError('submit_unknown', 'Not confirmed.', { id });
    };
    await expect(stack.keys().once(scope, { body, perform: fail })).rejects.toMatchObject({
      code: 'submit_unknown',
    });
    const { id } = await submit(stack.keys(), scope);
    expect(ids).toEqual([id]);
  });

  it('take over the request of a dead process, under its id, once it counts as abandoned', async () => {
    const scope = newScope();
    let startedWith = '';
    let die: () => void = () => undefined;
    const dying = stack.keys().once(scope, {
      body,
      perform: (id) => {
        startedWith = id;
        return new Promise<never>((_, reject) => (die = () => reject(new Error('too late'))));
      },
    });
    const settled = dying.catch((error: Error) => error.message);
    while (startedWith === '') await new Promise(setImmediate);
    const waiting = submit(stack.keys(), scope);
    const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 300, 'waits'))]);
    expect(early).toBe('waits');
    await age(scope, '10 seconds');
    const answer = await waiting;
    expect(answer.id).toBe(startedWith);
    die();
    expect(await settled).toBe('too late');
    expect(await submit(stack.keys(), scope)).toEqual(answer);
  });

  it('give the first answer to a request that was overtaken', async () => {
    const scope = newScope();
    let finish: (answer: string) => void = () => undefined;
    let begun = false;
    const slow = stack.keys().once(scope, {
      body,
      perform: () => {
        begun = true;
        return new Promise<string>((resolve) => (finish = resolve));
      },
    });
    while (!begun) await new Promise(setImmediate);
    await age(scope, '11 seconds');
    expect(await stack.keys().once(scope, { body, perform: async () => 'first' })).toBe('first');
    finish('second');
    expect(await slow).toBe('first');
  });

  it('stay unanswered while an item of a batch may pass later, and produce the missing items under the same ids', async () => {
    const scope = { ...newScope(), route: 'POST /v1/jobs/batch' };
    const thumbnail = { type: 'image.thumbnail', payload: { imageId: 'x' } };
    const batch = { items: [body, thumbnail, { type: 'no.type', payload: {} }, body] };
    const submitBatch = () =>
      stack.keys().once<BatchAnswer>(scope, {
        body: batch,
        perform: (seed, before) => stack.intake.acceptBatch(stack.intake.checkBatch(batch), seed, {}, before),
        isFinished: isSettled,
      });
    const before = await stack.requests('probe');
    await stack.removeTopic('image');
    const first = await submitBatch();
    expect(first).toMatchObject({ accepted: 2, rejected: 2 });
    const errors = first.items.map((item) => ('error' in item ? item.error.code : undefined));
    expect(errors).toEqual([undefined, expect.any(String), 'unknown_type', undefined]);
    expect(problemKinds[errors[1]!].status).toBeGreaterThanOrEqual(500);
    expect(await submitBatch()).toMatchObject({
      accepted: 2,
      items: [first.items[0], {}, {}, first.items[3]],
    });

    await stack.ensureTopics();
    const second = await submitBatch();
    expect(second).toMatchObject({ accepted: 3, rejected: 1 });
    expect(second.items).toEqual([
      first.items[0],
      { index: 1, id: expect.any(String) },
      first.items[2],
      first.items[3],
    ]);
    expect(await submitBatch()).toEqual(second);
    expect([await stack.requests('probe'), await stack.requests('image')]).toEqual([before + 2, 1]);
  });

  it('give an unfinished answer to the next try, even after one that failed', async () => {
    const scope = newScope();
    const seen: [string, unknown][] = [];
    const attempt = (become: () => string) =>
      stack.keys().once<string>(scope, {
        body,
        perform: async (id, before) => {
          seen.push([id, before]);
          return become();
        },
        isFinished: (answer) => answer === 'whole',
      });
    expect(await attempt(() => 'half')).toBe('half');
    await expect(
      attempt(() => {
        throw new Error('an outage');
      }),
    ).rejects.toThrow('an outage');
    expect(await attempt(() => 'whole')).toBe('whole');
    expect(await attempt(() => 'never')).toBe('whole');
    const [id] = seen[0]!;
    expect(seen).toEqual([
      [id, undefined],
      [id, 'half'],
      [id, 'half'],
    ]);
  });

  it('are forgotten after a day, and purged', async () => {
    const scope = newScope();
    const { id } = await submit(stack.keys(), scope);
    await age(scope, '23 hours 59 minutes');
    expect((await submit(stack.keys(), scope)).id).toBe(id);
    await age(scope, '2 minutes');
    const again = await submit(stack.keys(), scope);
    expect(again.id).not.toBe(id);
    await age(scope, '25 hours');
    await new KeyStore(stack.database, stack.database.operations).purge();
    const { rows } = await stack.database.query({
      text: `SELECT FROM ${stack.database.operations}.idempotency_keys WHERE key = $1`,
      values: [scope.key],
    });
    expect(rows).toHaveLength(0);
  });

  it('share statements among many different keys at once', async () => {
    const keys = stack.keys();
    const answers = await Promise.all(Array.from({ length: 1_500 }, () => submit(keys, newScope())));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1_500);
  });

  it('keep text that looks like SQL or JSON as it is', async () => {
    const scope = { ...newScope(), key: `'); DROP TABLE "x"; -- {\\"a\\":1},NULL` };
    const answer = await submit(stack.keys(), scope);
    expect(await submit(stack.keys(), scope)).toEqual(answer);
  });
});

describe('Idempotency-Keys without Postgres', () => {
  it('are refused, and no request is performed', async () => {
    const schemas = { projection: 'p', operations: 'o' };
    const database = new Database({ url: 'postgres://nobody@127.0.0.1:1/none', schemas });
    const keys = new IdempotencyKeys(new KeyStore(database, database.operations), () =>
      Promise.resolve(newJobId()),
    );
    const perform = jest.fn(async () => 'never');
    await expect(keys.once(newScope(), { body, perform })).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    expect(perform).not.toHaveBeenCalled();
    await database.close();
  });
});
