import { readJarLock, type JarLock } from '../java/jars.js';

/** The broker's version unless another is asked for. */
export const DEFAULT_KAFKA_VERSION = '4.3.1';

/** The jars that a broker of this version needs. Throws when the version has no lock file, naming how to make one. */
export function readKafkaLock(version: string): JarLock {
  const jars = readJarLock('kafka', version);
  if (jars) return { name: `Kafka ${version}`, jars };
  throw new Error(
    `No lock file for Kafka ${version}. Make one: node tools/stack/lock-jars.mjs kafka ${version} (needs Maven).`,
  );
}
