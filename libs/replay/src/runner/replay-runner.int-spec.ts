import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId, Topics } from '@jobstream/contracts';
import { Database, migrate, schemasOf } from '@jobstream/database';
import { JobIntake } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer } from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { randomNamespace, stackAddress } from '@jobstream/testing';
import { ReplayStore } from '../rows/replay-store.js';
import { ReplayRunner } from './replay-runner.js';

const namespace = randomNamespace();
const settings = { url: stackAddress('DATABASE_URL'), schemas: schemasOf(namespace) };
const topics = new Topics(namespace);
const database = new Database(settings);
const store = new ReplayStore(database);
const connection = new KafkaConnection(kafkaSettingsFromEnv(process.env));
const producer = new RecordProducer(connection);
const request = { source: 'job', queue: 'probe' } as const;

/** A replay of one named job selects nothing, so nothing asks the projection. */
const refuseToSay = () => Promise.reject(new Error('The projection was asked.'));

function createRunner(): ReplayRunner {
  return new ReplayRunner({
    connection,
    database,
    orders: { cancel: refuseToSay },
    logger: createLogger('test', 'silent'),
    intake: new JobIntake({ producer, topics, jobTypes: new JobTypeBook() }),
    projection: {
      queries: { standings: refuseToSay, find: refuseToSay, list: refuseToSay },
      waitUntilCurrent: refuseToSay,
    },
  });
}

/** A replay that killed so many processes, the last of them a moment ago. */
async function insertDeadly(deaths: number): Promise<string> {
  const { id } = await store.insert(database, {
    id: newJobId(),
    request,
    ranges: [],
    below: null,
    expected: null,
    requestedBy: null,
  });
  await database.query({
    text: `UPDATE ${database.operations}.replays SET deaths = $2, lease_token = $3, lease_until = now() WHERE id = $1`,
    values: [id, Array.from({ length: deaths - 1 }, () => randomUUID()), randomUUID()],
  });
  return id;
}

async function ended(id: string) {
  for (;;) {
    const replay = await store.find(id);
    if (replay!.finishedAt !== null) return replay;
    await delay(20);
  }
}

describe('a runner of replays', () => {
  beforeAll(async () => {
    await migrate(settings);
    await producer.start();
  });
  afterAll(async () => {
    await database.query({ text: `DROP SCHEMA ${database.projection}, ${database.operations} CASCADE` });
    await database.close();
    await producer.stop();
  });

  it('fails a replay that killed three runners, and tries one that killed two', async () => {
    const [three, two] = [await insertDeadly(3), await insertDeadly(2)];
    const runner = createRunner();
    runner.start();
    expect(await ended(three)).toMatchObject({
      state: 'failed',
      failure: { code: 'runner_died', message: expect.stringContaining('3 times') },
    });
    expect(await ended(two)).toMatchObject({ state: 'finished', failure: null });
    await runner.stop();
  });
});
