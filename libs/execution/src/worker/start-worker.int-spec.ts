import { describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { freePort, processContext } from '@jobstream/testing';
import { z } from 'zod';
import { handlerOf } from './stack.fixture-spec.js';
import { serveWorker } from './start-worker.js';

const queue = defineQueue('print');
const page = defineJob({ type: 'print.page', queue, payload: z.object({}), result: z.null() });

/** Of a database that nobody connects to before a job needs it. */
const database = { DATABASE_URL: 'postgres://127.0.0.1:1/none' };

@Module({ providers: [handlerOf(page, () => null)] })
class PageModule {}
@Module({})
class EmptyModule {}

describe('serveWorker', () => {
  it('starts while Kafka is unreachable: live, not ready with the reason, and able to stop', async () => {
    const context = processContext({ ...database, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    const stop = await serveWorker({ queues: [queue], module: PageModule, concurrency: 1 }, context);
    const report = await context.health.report();
    expect(report).toMatchObject({
      ready: false,
      checks: { topics: { ok: false, why: 'Kafka has not been reached yet.' }, consumer: { ok: false } },
    });
    const stopping = performance.now();
    await stop();
    expect(performance.now() - stopping).toBeLessThan(30_000);
  });

  it.each([
    ['a worker without a handler', { module: EmptyModule }, {}, /there is none: put @JobHandler/],
    ['a concurrency that makes no sense', {}, { CONCURRENCY: 'many' }, /CONCURRENCY/],
    ['no address of Kafka', {}, { KAFKA_BROKERS: '' }, /KAFKA_BROKERS/],
    ['no address of Postgres', {}, { DATABASE_URL: '' }, /DATABASE_URL/],
  ])('refuses %s, naming the fix', async (_, options, environment, message) => {
    const context = processContext({ ...database, KAFKA_BROKERS: '127.0.0.1:1', ...environment });
    const worker = { queues: [queue], module: PageModule, concurrency: 1, ...options };
    await expect(serveWorker(worker, context)).rejects.toThrow(message);
  });
});
