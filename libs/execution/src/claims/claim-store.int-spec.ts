import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { Database, migrate, schemasOf } from '@jobstream/database';
import { randomNamespace, stackAddress } from '@jobstream/testing';
import { ClaimStore, type TakenClaim } from './claim-store.js';
import { decideClaim, type ClaimRequest, type ClaimStanding } from './decide-claim.js';

const leaseMs = 60_000;
const settings = { url: stackAddress('DATABASE_URL'), schemas: schemasOf(randomNamespace()) };
const ask = (more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  id: newJobId(),
  run: 1,
  attempt: 1,
  inPlace: false,
  owner: 'me',
  ...more,
});

describe('ClaimStore', () => {
  let database: Database;
  let store: ClaimStore;
  beforeAll(async () => {
    await migrate(settings);
    database = new Database(settings);
    store = new ClaimStore(database, leaseMs);
  });
  afterAll(async () => {
    await database.query({ text: `DROP SCHEMA ${database.projection}, ${database.operations} CASCADE` });
    await database.close();
  });

  const taken = async (request: ClaimRequest, by = store): Promise<TakenClaim> => {
    const answer = await by.take(request);
    if (answer.kind !== 'taken') throw new Error(`Not taken: ${JSON.stringify(answer)}`);
    return answer.claim;
  };
  /** Lets the leases of these jobs run out; Postgres itself has to have been up for as long as a lease. */
  const expire = (ids: string[]) =>
    database.query({
      text: `UPDATE ${database.operations}.claims SET leased_until = now() - interval '1 ms' WHERE id = ANY($1)`,
      values: [ids],
    });
  const impatient = () => new ClaimStore(database, 1);

  it('decides every request as the pure rule does', async () => {
    const cases: { standing: ClaimStanding & { inPlace: boolean }; request: ClaimRequest }[] = [];
    for (const state of ['running', 'free', 'retrying', 'ended'] as const)
      for (const leased of state === 'running' ? [false, true] : [false])
        for (const inPlace of [false, true])
          for (const owner of ['me', 'other'])
            for (const run of [1, 2, 3])
              for (const attempt of [1, 2, 3])
                cases.push({
                  standing: { run: 2, attempt: 2, deaths: 1, state, leased, owner, inPlace },
                  request: ask({ run, attempt, inPlace }),
                });
    // The lease of the takers is short, so that Postgres' start is long ago; the standing ones end far from now.
    await database.query({
      text: `INSERT INTO ${database.operations}.claims
          (id, run, attempt, in_place, state, owner, fence, leased_until, deaths, outcome, changed_at)
        SELECT id, 2, 2, in_place, state, owner, 7, now() + CASE WHEN leased THEN 1 ELSE -1 END * interval '1 hour', 1,
          CASE WHEN state IN ('retrying', 'ended') THEN 'what followed' END, now()
        FROM unnest($1::uuid[], $2::boolean[], $3::text[], $4::text[], $5::boolean[]) AS given (id, in_place, state, owner, leased)`,
      values: [
        cases.map(({ request }) => request.id),
        cases.map(({ standing }) => standing.inPlace),
        cases.map(({ standing }) => standing.state),
        cases.map(({ standing }) => standing.owner),
        cases.map(({ standing }) => standing.leased),
      ],
    });
    const by = impatient();
    const answers = await Promise.all(cases.map(({ request }) => by.take(request)));
    const decided = cases.map(({ standing, request }) => decideClaim(standing, request));
    expect(
      answers.map((answer) => {
        if (answer.kind === 'taken') {
          expect(answer.claim.fence).toBe(8);
          return { kind: 'take', attempt: answer.claim.attempt, deaths: answer.claim.deaths };
        }
        if (answer.kind !== 'repeat') return answer;
        expect(answer.outcome).toBe('what followed');
        return { kind: answer.kind, attempt: answer.attempt };
      }),
    ).toEqual(decided);
    const kinds = decided.map(({ kind }) => kind);
    console.log(
      `${cases.length} requests: ${['take', 'repeat', 'outdated', 'held'].map((kind) => `${kinds.filter((each) => each === kind).length} ${kind}`).join(', ')}`,
    );
  });

  it('gives each of 1,000 claims to one of many that ask at once', async () => {
    const ids = Array.from({ length: 1_000 }, () => newJobId());
    const askers = Array.from({ length: 8 }, (_, n) => ({
      owner: `w${n}`,
      store: new ClaimStore(database, leaseMs),
    }));
    const answers = await Promise.all(
      askers.flatMap(({ owner, store: by }) => {
        const order = ids.toSorted(() => Math.random() - 0.5);
        return order.map((id) => by.take(ask({ id, owner })));
      }),
    );
    const claims = answers.flatMap((answer) => (answer.kind === 'taken' ? [answer.claim.id] : []));
    expect(claims.toSorted()).toEqual(ids.toSorted());
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['taken', 'held']));
  });

  it('keeps an outcome under the newest fence, and answers a repeated write alike', async () => {
    const request = ask();
    const old = await taken(request);
    await expire([request.id]);
    const next = await taken({ ...request, owner: 'next' }, impatient());
    expect(next).toMatchObject({ fence: old.fence + 1, deaths: 1 });
    expect(await store.end(old, { isFinal: true, outcome: '"old"' })).toBe(false);
    for (let n = 0; n < 2; n++)
      expect(await store.end(next, { isFinal: true, outcome: '"next"' })).toBe(true);
    expect(await store.take({ ...request, owner: 'third' })).toEqual({
      kind: 'repeat',
      attempt: 1,
      outcome: '"next"',
    });
  });

  it('takes over no claim before Postgres has been up for a lease', async () => {
    const request = ask();
    await taken(request);
    await expire([request.id]);
    const century = new ClaimStore(database, 100 * 365 * 86_400_000);
    const other = { ...request, owner: 'other' };
    expect(await century.take(other)).toEqual({ kind: 'held' });
    expect(await century.findHeld([other])).toEqual(new Set(['other']));
    expect(await impatient().findHeld([other])).toEqual(new Set());
    expect(await taken(other, impatient())).toMatchObject({ deaths: 1 });
  });

  it('renews a claim under its fence alone', async () => {
    const [mine, lost, over] = [ask(), ask(), ask()];
    const claims = await Promise.all([mine, lost, over].map((request) => taken(request)));
    await expire([mine.id, lost.id]);
    await taken({ ...lost, owner: 'other' }, impatient());
    await store.end(claims[2]!, { isFinal: false, outcome: '1' });
    expect(await store.renew(claims)).toEqual(new Set([mine.id]));
    expect(await impatient().take({ ...mine, owner: 'other' })).toEqual({ kind: 'held' });
  });

  it('gives back a claim without an attempt, so that its next owner counts no death', async () => {
    const request = ask();
    await store.free(await taken(request));
    expect(await taken({ ...request, owner: 'other' })).toMatchObject({ fence: 2, deaths: 0 });
  });

  it('deletes old claims, but none that is leased or whose job is still to be sent', async () => {
    const [old, held, fresh] = [ask(), ask(), ask()];
    const [delayed, replayed] = [ask(), ask()];
    const all = [old, held, fresh, delayed, replayed];
    for (const request of all) {
      const claim = await taken(request);
      if (request !== held) await store.end(claim, { isFinal: true, outcome: '1' });
    }
    const { operations } = database;
    await database.query({
      text: `UPDATE ${operations}.claims SET changed_at = now() - interval '2 days' WHERE id = ANY($1)`,
      values: [all.filter((request) => request !== fresh).map(({ id }) => id)],
    });
    const sends = (request: ClaimRequest) => (_: string, id: string) => [
      `SELECT FROM unnest(ARRAY['${request.id}']::uuid[]) AS sent WHERE sent = ${id}`,
    ];
    await store.purge(new Date(Date.now() - 86_400_000), [sends(delayed), sends(replayed)]);
    const { rows } = await database.query({
      text: `SELECT id FROM ${operations}.claims WHERE id = ANY($1)`,
      values: [all.map(({ id }) => id)],
    });
    const kept = [held, fresh, delayed, replayed];
    expect(rows.map(({ id }) => id).toSorted()).toEqual(kept.map(({ id }) => id).toSorted());
  });
});
