// The bare limit of a projector: consume requests and events, upsert a row a job and the checkpoint in one transaction.
import type { Consumer, KafkaMessage } from 'kafkajs';
import pg from 'pg';
import { answerCalls } from '../child.js';
import { joined, openConsumer, openKafka } from './kafka.js';

interface Start {
  brokers: string[];
  databaseUrl: string;
  requests: string;
  events: string;
  groupId: string;
  schema: string;
}

/** Both a request and an event; what one lacks is undefined. */
interface Value {
  id: string;
  type: string;
  queue: string;
  payload?: unknown;
  result?: unknown;
  start?: { worker: string; at: string };
  finishedAt?: string;
}

const together = 6;
let consumer: Consumer | undefined;
let database: pg.Pool | undefined;

async function start({ brokers, databaseUrl, requests, events, groupId, schema }: Start): Promise<void> {
  const pool = (database = new pg.Pool({ connectionString: databaseUrl, max: together }));
  await pool.query(`CREATE SCHEMA ${schema};
    CREATE TABLE ${schema}.jobs (id uuid PRIMARY KEY, type text, queue text, state text, payload text, created_at timestamptz,
      result text, worker text, started_at timestamptz, finished_at timestamptz) WITH (fillfactor = 45);
    CREATE TABLE ${schema}.checkpoints (topic text, partition integer, next bigint, PRIMARY KEY (topic, partition))`);
  const reader = (consumer = openConsumer(openKafka(brokers), groupId));
  await reader.connect();
  await reader.subscribe({ topics: [requests, events], fromBeginning: true });
  const ready = joined(reader);
  await reader.run({
    partitionsConsumedConcurrently: together,
    eachBatch: async ({ batch: { topic, partition, messages } }) => {
      const state = topic === events ? 'succeeded' : 'queued';
      await write(pool, schema, state, messages, { topic, partition });
    },
  });
  await ready;
}

async function write(
  pool: pg.Pool,
  schema: string,
  state: string,
  messages: readonly KafkaMessage[],
  { topic, partition }: { topic: string; partition: number },
): Promise<void> {
  const values = messages.map(({ value }) => JSON.parse(value!.toString()) as Value);
  const client = await pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL synchronous_commit = off');
    await client.query({
      name: 'upsert',
      text: `INSERT INTO ${schema}.jobs AS old (id, type, queue, state, payload, created_at, result, worker, started_at, finished_at)
        SELECT id, type, queue, $10, payload, created_at, result, worker, started_at, finished_at
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])
          AS new(id, type, queue, payload, created_at, result, worker, started_at, finished_at)
        ON CONFLICT (id) DO UPDATE SET state = EXCLUDED.state, result = EXCLUDED.result, worker = EXCLUDED.worker,
          started_at = EXCLUDED.started_at, finished_at = EXCLUDED.finished_at WHERE old.state = 'queued'`,
      values: [
        values.map(({ id }) => id),
        values.map(({ type }) => type),
        values.map(({ queue }) => queue),
        values.map(({ payload }) => (payload === undefined ? null : JSON.stringify(payload))),
        messages.map(({ headers }) => headers?.['js-created']?.toString() ?? null),
        values.map(({ result }) => (result === undefined ? null : JSON.stringify(result))),
        values.map(({ start }) => start?.worker ?? null),
        values.map(({ start }) => start?.at ?? null),
        values.map(({ finishedAt }) => finishedAt ?? null),
        state,
      ],
    });
    await client.query({
      name: 'checkpoint',
      text: `INSERT INTO ${schema}.checkpoints VALUES ($1, $2, $3)
        ON CONFLICT (topic, partition) DO UPDATE SET next = EXCLUDED.next`,
      values: [topic, partition, Number(messages.at(-1)!.offset) + 1],
    });
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

answerCalls({ start }, async () => {
  await consumer?.disconnect();
  await database?.end();
});
