import { describe, expect, it } from '@jest/globals';
import { DEFAULT_KAFKA_VERSION, readKafkaLock } from './kafka-distribution.js';

describe('the lock file', () => {
  const { jars } = readKafkaLock(DEFAULT_KAFKA_VERSION);

  it('names every jar with its size and hash', () => {
    for (const jar of jars) {
      expect(jar.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(jar.bytes).toBeGreaterThan(0);
    }
  });

  it('holds the broker and a logger, and nothing of Connect', () => {
    const names = jars.map((jar) => jar.artifactId);
    expect(names).toEqual(expect.arrayContaining(['kafka_2.13', 'slf4j-simple']));
    expect(names.filter((name) => /connect|jetty|jersey/.test(name))).toEqual([]);
  });

  it('is missed with how to make it', () => {
    expect(() => readKafkaLock('1.2.3')).toThrow(/lock-jars\.mjs kafka 1\.2\.3/);
  });
});
