import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVariable } from '../environment.js';
import { Guard } from '../processes/guard.js';
import { startKafka } from '../kafka/kafka-cluster.js';
import { startPostgres } from '../postgres/postgres-server.js';

/**
 * Starts what the environment does not name, for one test run: a Kafka for KAFKA_BROKERS, a Postgres for DATABASE_URL,
 * both with data that goes with the run. Sets these variables. KAFKA_VERSION asks for another broker than the usual
 * one, of those that have a lock file. Returns how to stop what was started.
 */
export async function startTestStack(): Promise<() => Promise<void>> {
  const needsKafka = !readVariable('KAFKA_BROKERS');
  const needsPostgres = !readVariable('DATABASE_URL');
  if (!needsKafka && !needsPostgres) return async () => undefined;
  const guard = Guard.start();
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'jobstream-test-'));
  guard.removeAtEnd(folder);
  // Root's Postgres runs as another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  const options = (name: string) => ({
    guard,
    folder: join(folder, name),
    logFolder: folder,
    throwaway: true,
    progress: (line: string) => process.stderr.write(`${name}: ${line}\n`),
  });
  try {
    await Promise.all([
      needsKafka &&
        startKafka({ ...options('kafka'), shortLived: true, version: readVariable('KAFKA_VERSION') }).then(
          (kafka) => (process.env.KAFKA_BROKERS = kafka.addresses),
        ),
      needsPostgres &&
        startPostgres(options('postgres')).then((postgres) => (process.env.DATABASE_URL = postgres.url)),
    ]);
  } catch (error) {
    await guard.end();
    throw error;
  }
  return () => guard.end();
}
