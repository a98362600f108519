import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { quoteName } from '@jobstream/database';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { ProjectionPositions } from './projection-positions.js';
import { Generations } from '../rebuild/generations.js';
import { RebuildStore } from '../rebuild/rebuild-store.js';

const owner = 'a test';
const place = { topic: 'jobs.probe', partition: 0 };
let fixture: DatabaseFixture;
let positions: ProjectionPositions;
let store: RebuildStore;
let live: string;
let built: string;

beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  const { database, settings } = fixture;
  positions = new ProjectionPositions(database, settings.schemas);
  store = new RebuildStore(database);
  const generations = new Generations(database, settings);
  live = generations.live;
  built = generations.schemaOf(2);
  await begin(settings.schemas.projection, 1, 9);
  await generations.create(2);
  await begin(built, 2, 4);
});
beforeEach(() => fixture.database.query({ text: `DELETE FROM ${fixture.database.operations}.rebuilds` }));
afterAll(async () => {
  await fixture.database.query({ text: `DROP SCHEMA IF EXISTS ${quoteName(built)} CASCADE` });
  await fixture.drop();
});

async function begin(projection: string, generation: number, next: number): Promise<void> {
  await fixture.database.query({
    text: `INSERT INTO ${quoteName(projection)}.checkpoints (topic, partition, next, cluster_id, generation)
           VALUES ($1, $2, $3, 'test', $4)`,
    values: [place.topic, place.partition, next, generation],
  });
}

const ask = async () => (await store.insert(newJobId(), { swap: 'always', keepOld: true }))!.id;
const read = async () =>
  (await positions.read()).map(({ schema, isLive, checkpoints }) => ({
    schema,
    isLive,
    next: checkpoints.map(({ next }) => next),
  }));

describe('the positions of projections', () => {
  const ofLive = () => ({ schema: live, isLive: true, next: [9] });

  it('are of the live one alone while nothing is built, whatever ended rebuilds have left', async () => {
    expect(await read()).toEqual([ofLive()]);
  });

  it('know a rebuild that is yet to begin, and take no schema of its name for its own', async () => {
    await ask();
    expect(await read()).toEqual([ofLive(), { schema: built, isLive: false, next: [] }]);
  });

  it('are those of a rebuild under way, until it has ended', async () => {
    const id = await ask();
    await store.claim(owner);
    await store.report(id, owner, { generation: 2 });
    expect(await read()).toEqual([ofLive(), { schema: built, isLive: false, next: [4] }]);
    await store.end(fixture.database, id, owner, { state: 'failed', keptSchema: built });
    expect(await read()).toEqual([ofLive()]);
  });

  it('leave out a schema that was dropped meanwhile', async () => {
    const id = await ask();
    await store.claim(owner);
    await store.report(id, owner, { generation: 7 });
    expect(await read()).toEqual([ofLive(), { schema: `${live}_g7`, isLive: false, next: [] }]);
  });
});
