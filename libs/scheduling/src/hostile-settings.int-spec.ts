import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, HostileDatabase } from '@jobstream/testing';
import { Registry } from 'prom-client';
import { Schedules } from './schedules.js';
import { StackFixture } from './stack.fixture-spec.js';

describe('a scheduler on a database with unusual settings', () => {
  let hostile: HostileDatabase;
  let stack: StackFixture;
  beforeAll(async () => {
    hostile = await HostileDatabase.create();
    stack = new StackFixture(hostile.url);
    await stack.start();
    stack.startScheduler();
  });
  afterAll(async () => {
    await stack.stop();
    await hostile.drop();
  });

  it('fires schedules and publishes delayed jobs when they are due', async () => {
    const { database, intake, logger } = stack;
    const schedules = new Schedules({ database, intake, logger, metrics: new Registry() });
    const job = { type: 'probe.run', payload: { note: 'a\\b 日' } };
    await schedules.put('each-second', { cron: '* * * * * *', timeZone: 'Europe/Berlin', job });
    const delayed = await intake.submit({ ...job, delay: '1s' });
    await eventually(async () => {
      const requests = await stack.requests(stack.topics.requests('probe'));
      const found = requests.find(({ value }) => value.id === delayed.id);
      expect(found?.at.timestamp).toBeGreaterThanOrEqual(Date.parse(delayed.createdAt) + 1_000);
      const { firings } = await schedules.read('each-second');
      const fired = firings.filter(({ state }) => state === 'fired');
      expect(fired.length).toBeGreaterThan(1);
      for (const { jobId, fireAt } of fired) {
        const request = requests.find(({ value }) => value.id === jobId);
        expect(request).toMatchObject({ value: { payload: job.payload } });
        expect(Math.abs(request!.at.timestamp - Date.parse(fireAt))).toBeLessThan(1_800_000);
      }
    });
  });
});
