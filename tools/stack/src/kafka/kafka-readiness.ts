import kafkajs from 'kafkajs';
import { OFFSETS_PARTITIONS } from './kafka-settings.js';

const { Kafka, logLevel } = kafkajs;

/**
 * Whether every broker has registered and every group coordinator answers. An open port says neither: in its first
 * second a broker answers "coordinator is loading" to its first consumers.
 */
export async function isKafkaReady(brokers: readonly string[]): Promise<boolean> {
  const admin = new Kafka({
    clientId: 'jobstream-readiness',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.brokers.length < brokers.length) return false;
    await Promise.all(groupsOfEachCoordinator().map((groupId) => admin.fetchOffsets({ groupId })));
    return true;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** One group id for each partition of `__consumer_offsets`, by the broker's own rule: Java's string hash, without its sign. */
function groupsOfEachCoordinator(): string[] {
  const groups = new Map<number, string>();
  for (let n = 0; groups.size < OFFSETS_PARTITIONS; n++) {
    const groupId = `readiness-${n}`;
    let hash = 0;
    for (const character of groupId) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0;
    groups.set((hash & 0x7fffffff) % OFFSETS_PARTITIONS, groupId);
  }
  return [...groups.values()];
}
