import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { isKafkaReady } from '../kafka/kafka-readiness.js';

describe('the stack that a jest run stands on', () => {
  it('answers as a broker whose coordinators have loaded', async () => {
    expect(await isKafkaReady(process.env.KAFKA_BROKERS!.split(','))).toBe(true);
  });

  it('answers as a UTF-8 Postgres that sorts by code point', async () => {
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
    await client.connect();
    try {
      const { rows } = await client.query(
        `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate FROM pg_database WHERE datname = current_database()`,
      );
      expect(rows).toEqual([{ encoding: 'UTF8', datcollate: 'C' }]);
    } finally {
      await client.end();
    }
  });
});
