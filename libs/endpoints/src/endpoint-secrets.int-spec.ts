import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, migrate, schemasOf } from '@jobstream/database';
import { EndpointSecrets } from './endpoint-secrets.js';

const settings = {
  url: process.env.DATABASE_URL!,
  schemas: schemasOf(`t${randomBytes(5).toString('hex')}`),
};
const hourMs = 60 * 60_000;

describe('the secrets of an endpoint', () => {
  const database = new Database(settings);
  const secrets = new EndpointSecrets(database);
  const signing = async (type: string) => (await secrets.find([type])).get(type) ?? [];

  beforeAll(() => migrate(settings));
  afterAll(async () => {
    for (const schema of [database.projection, database.operations])
      await database.query({ text: `DROP SCHEMA IF EXISTS ${schema} CASCADE` });
    await database.close();
  });

  it('sign all the same when two are made at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      const type = `at.once${round}`;
      const first = await secrets.begin(type);
      const made = await Promise.all([secrets.rotate(type, hourMs), secrets.rotate(type, hourMs)]);
      const shown = [first, ...made.map(({ secret }) => secret)];
      expect((await signing(type)).sort()).toEqual(shown.sort());
    }
  });

  it('are the three newest, and one that is to end at once ends at once', async () => {
    const shown = [await secrets.begin('often')];
    for (let times = 0; times < 4; times++) shown.push((await secrets.rotate('often', hourMs)).secret);
    expect((await signing('often')).sort()).toEqual(shown.slice(-3).sort());
    const { secret } = await secrets.rotate('often', 0);
    const left = await signing('often');
    expect(left[0]).toBe(secret);
    expect(left).not.toContain(shown.at(-1));
  });

  it('are gone with their type, and begin anew with one', async () => {
    await secrets.begin('gone');
    await secrets.rotate('gone', hourMs);
    await secrets.forget('gone');
    expect(await signing('gone')).toEqual([]);
    const secret = await secrets.begin('gone');
    expect(await signing('gone')).toEqual([secret]);
  });
});
