import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { readDatabaseClock, type Database } from '@jobstream/database';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { projectRecord } from '../rows/projected-record.js';
import { rowsOf, writeRows } from '../rows/projected-rows.js';
import { incoming, topics, type Facts } from '../wire-history.fixture-spec.js';
import { maxGroups, maxGroupsOfType } from './count-failures.js';
import { ErrorGroups } from './error-groups.js';

let fixture: DatabaseFixture;
let groups: ErrorGroups;
let now: number;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  groups = new ErrorGroups(fixture.database);
  now = await readDatabaseClock(fixture.database);
});
beforeEach(async () => {
  await fixture.truncate();
  await fixture.database.query({ text: `TRUNCATE ${fixture.database.operations}.error_marks` });
});
afterAll(() => fixture.drop());

/** Writes a batch, in a transaction of its own. */
async function write(history: readonly Facts[], database: Database = fixture.database): Promise<void> {
  const records = history.map((facts) => {
    const record = incoming({ createdAt: now, timestamp: now, ...facts });
    return projectRecord(record, topics.roleOf(record.topic)!);
  });
  await database.transaction((session) => writeRows(session, database, rowsOf(records)));
}

const all = { limit: 100 };
const listed = async () => (await groups.page(all)).items;
const failed = (message: string, more: Partial<Facts> = {}): Facts => ({
  id: newJobId(),
  phase: 'dead_lettered',
  error: { code: 'boom', message },
  ...more,
});
/** Words of letters alone, no two alike. */
const word = (nth: number) => [...String(nth)].map((digit) => 'abcdefghij'[Number(digit)]).join('');

describe('the groups of errors', () => {
  it('count failed attempts and dead letters by their records, in one batch and in many', async () => {
    const histories = Array.from({ length: 10 }, (_, nth): Facts[] => {
      const id = newJobId();
      const error = { code: 'boom', message: `No row ${nth}` };
      return [
        { id, phase: 'queued', offset: 3 * nth, error },
        { id, phase: 'retrying', offset: 3 * nth, error, timestamp: now - 60_000 },
        { id, phase: nth < 4 ? 'dead_lettered' : 'succeeded', attempt: 2, offset: 3 * nth + 1, error },
      ];
    });
    const expected = {
      type: 'probe.run',
      queue: 'probe',
      code: 'boom',
      count: 14,
      deadLetters: 4,
      firstAt: new Date(now - 60_000),
      lastAt: new Date(now),
      muted: false,
      note: null,
    };
    await write(histories.flat());
    const [once, ...none] = await listed();
    expect(none).toEqual([]);
    expect(once).toMatchObject(expected);
    await fixture.truncate();
    for (const facts of histories.flat().toReversed()) await write([facts]);
    expect(await listed()).toEqual([once]);
  });

  it('lose nothing where projectors write the same group at once', async () => {
    const writers = [fixture.another(), fixture.another(), fixture.another()];
    await Promise.all(
      writers.map(async (database) => {
        for (let batch = 0; batch < 10; batch += 1)
          await write(
            [0, 1, 2, 3, 4].map((nth) => failed(`${word(nth)} is gone`, { offset: nth })),
            database,
          );
      }),
    );
    expect((await listed()).map(({ count }) => count)).toEqual([30, 30, 30, 30, 30]);
  });

  it('cost a batch without failures no statement', async () => {
    const texts: string[] = [];
    await fixture.database.transaction((session) =>
      writeRows(
        { ...session, query: (statement) => (texts.push(statement.text), session.query(statement)) },
        fixture.database,
        rowsOf(
          [incoming({ id: newJobId(), phase: 'succeeded' })].map((record) =>
            projectRecord(record, topics.roleOf(record.topic)!),
          ),
        ),
      ),
    );
    expect(texts).toHaveLength(1);
    expect(texts[0]).not.toContain('error_groups');
  });

  it('keep to their number where no message is like another, and count the rest together', async () => {
    const batch = (from: number, type: string) =>
      Array.from({ length: 150 }, (_, nth) => failed(`${word(from + nth)} broke`, { type, offset: nth }));
    for (const from of [1_000, 2_000, 3_000]) await write(batch(from, 'hostile'));
    await write([failed('a known one', { type: 'good' })]);
    const { rows } = await fixture.database.query<{ groups: number; failures: number }>({
      text: `SELECT count(DISTINCT id) AS groups, sum(count)::integer AS failures
             FROM ${fixture.database.projection}.error_groups WHERE type = 'hostile'`,
    });
    expect(rows).toEqual([{ groups: maxGroupsOfType + 1, failures: 450 }]);
    const found: Awaited<ReturnType<typeof listed>> = [];
    for (let cursor: string | undefined; ;) {
      const { items, next } = await groups.page({ limit: 40, type: 'hostile', cursor });
      found.push(...items);
      if (next === null) break;
      cursor = next;
    }
    expect(new Set(found.map(({ id }) => id)).size).toBe(maxGroupsOfType + 1);
    expect(found.find(({ count }) => count > 1)).toMatchObject({ count: 250, deadLetters: null });
  });

  it('keep to their number where no type is like another', async () => {
    for (let from = 1_000; from < 4_000; from += 1_000)
      await write(
        Array.from({ length: 1_000 }, (_, nth) => failed('broke', { type: word(from + nth), offset: nth })),
      );
    const { rows } = await fixture.database.query<{ groups: number; failures: number }>({
      text: `SELECT count(DISTINCT id) AS groups, sum(count)::integer AS failures
             FROM ${fixture.database.projection}.error_groups`,
    });
    expect(rows[0]!.failures).toBe(3_000);
    expect(rows[0]!.groups).toBeGreaterThan(maxGroups);
    expect(rows[0]!.groups).toBeLessThanOrEqual(maxGroups + 256);
  });

  it('are listed by whether jobs are dead letters of them now', async () => {
    const id = newJobId();
    await write([
      failed('is a dead letter'),
      { id, phase: 'retrying', offset: 1, error: { code: 'boom', message: 'is tried again' } },
    ]);
    const messages = async (deadLetters: boolean) =>
      (await groups.page({ ...all, deadLetters })).items.map(({ message }) => message);
    expect(await messages(true)).toEqual(['is a dead letter']);
    expect(await messages(false)).toEqual(['is tried again']);
  });

  it('are listed page by page, the latest first, and by type, queue, time and state of mute', async () => {
    const words = ['one', 'two', 'three'];
    await write(
      words.map((each, nth) => failed(each, { timestamp: now - nth * 60_000, offset: nth, type: each })),
    );
    const messages = async (scope: object) =>
      (await groups.page({ ...all, ...scope })).items.map(({ message }) => message);
    const first = await groups.page({ limit: 2 });
    expect(first.items.map(({ message }) => message)).toEqual(['one', 'two']);
    const second = await groups.page({ limit: 2, cursor: first.next! });
    expect([second.items.map(({ message }) => message), second.next]).toEqual([['three'], null]);
    expect(await messages({ type: 'two' })).toEqual(['two']);
    expect(await messages({ queue: 'other' })).toEqual([]);
    expect(await messages({ since: new Date(now - 60_000) })).toEqual(['one', 'two']);
    await groups.mark(first.items[0]!.id, { muted: true });
    expect(await messages({ muted: true })).toEqual(['one']);
    expect(await messages({ muted: false })).toEqual(['two', 'three']);
    await expect(groups.page({ ...all, cursor: 'AAAA' })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('keep what was said of them, each part until it is changed', async () => {
    await write([failed('broke')]);
    const [{ id } = { id: '' }] = await listed();
    const marked = async (patch: Parameters<ErrorGroups['mark']>[1]) => {
      expect(await groups.mark(id, patch)).toBe(true);
      const { muted, mutedUntil, note } = (await groups.find(id))!;
      return { muted, mutedUntil, note };
    };
    const until = new Date(now + 3_600_000);
    expect(await marked({ note: 'known' })).toEqual({ muted: false, mutedUntil: null, note: 'known' });
    expect(await marked({ muted: until })).toEqual({ muted: true, mutedUntil: until, note: 'known' });
    expect(await marked({ note: null })).toEqual({ muted: true, mutedUntil: until, note: null });
    expect(await marked({ muted: true })).toEqual({ muted: true, mutedUntil: null, note: null });
    expect(await marked({ muted: new Date(now - 1) })).toMatchObject({ muted: false, mutedUntil: null });
    expect(await groups.mark('f'.repeat(16), { muted: true })).toBe(false);
  });

  it('tell the failures of each of the last 24 hours', async () => {
    const hour = 3_600_000;
    const ages = [0, 0, 1, 23, 24, 30];
    await write(ages.map((age, offset) => failed('broke', { timestamp: now - age * hour, offset })));
    const [group] = await listed();
    expect(group!.count).toBe(6);
    expect(group!.trend).toHaveLength(24);
    expect([group!.trend[23], group!.trend[22], group!.trend[0]]).toEqual([2, 1, 1]);
    expect(group!.trend.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  it('show the stack of their latest failure, also after its job has succeeded', async () => {
    const id = newJobId();
    const error = { code: 'boom', message: 'broke', stack: 'Error: broke\n    at pay (/srv/pay.js:1:1)' };
    await write([{ id, phase: 'retrying', error }]);
    await write([{ id, phase: 'succeeded', attempt: 2, offset: 1 }]);
    const [group] = await listed();
    expect(group).toMatchObject({ jobId: id, deadLetters: 0 });
    expect(await groups.stackOf(group!)).toBe(error.stack);
  });

  it('go once they have not failed for as long as jobs are kept, and no job shows such an error', async () => {
    const old = now - 10 * 86_400_000;
    const cut = new Date(now - 86_400_000);
    const kept = failed('is a dead letter still', { timestamp: old });
    const id = newJobId();
    await write([
      kept,
      { id, phase: 'retrying', timestamp: old, offset: 1, error: { code: 'boom', message: 'was mended' } },
      failed('failed since', { timestamp: old, offset: 2 }),
    ]);
    await write([{ id, phase: 'succeeded', attempt: 2, timestamp: old }, failed('failed since')]);
    const mended = (await listed()).find(({ message }) => message === 'was mended')!;
    await groups.mark(mended.id, { note: 'mended' });
    await fixture.database.query({
      text: `UPDATE ${fixture.database.operations}.error_marks SET changed_at = $1`,
      values: [new Date(old)],
    });
    expect(await groups.purge(cut)).toBe(2);
    expect((await listed()).map(({ message }) => message).sort()).toEqual([
      'failed since',
      'is a dead letter still',
    ]);
    expect(await groups.purge(cut)).toBe(0);
  });
});
