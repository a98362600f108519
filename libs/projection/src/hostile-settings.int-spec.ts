import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deriveJobId, lowestJobId, termsOf } from '@jobstream/contracts';
import { HostileDatabase } from '@jobstream/testing';
import { rowsOf, writeRows } from './rows/projected-rows.js';
import { DatabaseFixture } from './database.fixture-spec.js';
import { JobCounts } from './reads/job-counts.js';
import { JobQueries } from './reads/job-queries.js';
import { projectRecord } from './rows/projected-record.js';
import { ReportQueries } from './reads/report-queries.js';
import { incoming, topics, type Facts } from './wire-history.fixture-spec.js';

const start = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-02T00:00:00.000Z');
const id = deriveJobId(lowestJobId(start.getTime()), 'one');
const other = deriveJobId(lowestJobId(start.getTime()), 'two');

const history: readonly Facts[] = [
  { id, phase: 'queued', submittedFor: 'ıİ\\日' },
  { id: other, phase: 'queued' },
  { id, phase: 'started', start: 1, text: 'a\\b "c" 日' },
  { id, phase: 'succeeded', start: 1, text: 'a\\b "c" 日' },
];

/** All that is read of a few jobs that were written. */
async function writeAndRead(fixture: DatabaseFixture): Promise<Record<string, unknown>> {
  const { database } = fixture;
  const records = history.map((facts, index) => {
    const record = incoming({ offset: index + 1, ...facts });
    return projectRecord(record, topics.roleOf(record.topic)!);
  });
  await database.transaction((session) => writeRows(session, database, rowsOf(records)));
  const queries = new JobQueries(database);
  const reports = new ReportQueries(database);
  const scope = { submittedFor: 'ıİ\\日', since: start, until: later };
  return {
    found: await queries.find(id),
    then: await queries.findAt(id, start),
    list: await queries.list({ terms: [], limit: 10 }),
    ofOne: await queries.list({
      terms: termsOf({ submittedFor: 'ıİ\\日', since: start, until: later }),
      limit: 10,
    }),
    history: await queries.history(id),
    counts: (await new JobCounts(database).count({ since: start, until: later })).counts,
    byDay: await reports.countsByDay(scope),
    durations: await reports.durationsByType(scope),
  };
}

describe('the projection in a database that sets everything otherwise', () => {
  let hostile: HostileDatabase;
  let fixture: DatabaseFixture;
  let usual: DatabaseFixture;
  beforeAll(async () => {
    hostile = await HostileDatabase.create();
    [fixture, usual] = await Promise.all([DatabaseFixture.create(hostile.url), DatabaseFixture.create()]);
  });
  afterAll(async () => {
    await Promise.all([fixture.drop(), usual.drop()]);
    await hostile.drop();
  });

  it('reads what it would read in any other', async () => {
    const [here, there] = [await writeAndRead(fixture), await writeAndRead(usual)];
    expect(here).toEqual(there);
    expect(here.found).toMatchObject({ state: 'succeeded', result: 'a\\b "c" 日' });
    expect(here.ofOne).toMatchObject({ items: [{ id }] });
  });
});
