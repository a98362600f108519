import { randomBytes } from 'node:crypto';

/** A fresh `JOBSTREAM_NAMESPACE`, so that tests on one broker and database never meet. */
export function randomNamespace(): string {
  return `t${randomBytes(5).toString('hex')}`;
}

/**
 * The address of the broker or database that the test run was given.
 * @throws when the run was started without the stack.
 */
export function stackAddress(variable: 'KAFKA_BROKERS' | 'DATABASE_URL'): string {
  const address = process.env[variable];
  if (address === undefined) {
    throw new Error(`${variable} is not set: run the tests with npm test, which starts Kafka and Postgres.`);
  }
  return address;
}
