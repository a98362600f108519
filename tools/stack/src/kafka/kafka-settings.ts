import { basename } from 'node:path';

/** The place of one node in an embedded cluster. Every node is broker and controller at once. */
export interface KafkaNode {
  /** From 1. */
  nodeId: number;
  port: number;
  controllerPort: number;
  /** Absolute. */
  dataFolder: string;
}

const ONE_YEAR_IN_MINUTES = 365 * 24 * 60;

/**
 * The server.properties of one node. `more` is added last and wins, for tests that need a listener with SASL or TLS, or
 * another limit.
 */
export function kafkaSettings(
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  more: Record<string, string | number> = {},
): Record<string, string | number> {
  const replicas = Math.min(3, nodes.length);
  const inSync = Math.max(1, replicas - 1);
  return {
    'process.roles': 'broker,controller',
    'node.id': node.nodeId,
    'controller.quorum.voters': nodes
      .map((each) => `${each.nodeId}@127.0.0.1:${each.controllerPort}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    // Relative to the folder that the node runs in: in a whole path Kafka takes each comma for the end of a folder's name.
    'log.dirs': basename(node.dataFolder),

    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'log.message.timestamp.type': 'LogAppendTime',
    // Nothing is deleted by age alone: what may go is decided by the platform.
    'log.retention.ms': -1,
    'offsets.retention.minutes': ONE_YEAR_IN_MINUTES,
    // Above the largest dead letter (a request twice over) and any batch that a client of ours sends.
    'message.max.bytes': 4 * 1024 * 1024,
    'replica.fetch.max.bytes': 8 * 1024 * 1024,

    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // A broker of a few groups: fewer partitions to make at the first start and to load at each later one.
    'offsets.topic.num.partitions': OFFSETS_PARTITIONS,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.num.partitions': 2,
    'group.initial.rebalance.delay.ms': 0,
    // How long a killed node is taken for alive: after it, leaders move, and the node itself may come back.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    // Half a gigabyte of heap has no room for the cleaner's usual 128 MB.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    ...more,
  };
}

/** Partitions of `__consumer_offsets`, each with a coordinator that must have loaded before the broker is ready. */
export const OFFSETS_PARTITIONS = 8;

/**
 * A Java properties file, by the rules of `java.util.Properties.load`: read as ISO 8859-1, so whatever is not ASCII is escaped;
 * white space before a value would be dropped, and a backslash begins an escape.
 */
export function formatProperties(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(
      ([name, value]) => `${escapeText(name).replaceAll(/[ =:#!]/g, '\\$&')}=${escapeValue(String(value))}\n`,
    )
    .join('');
}

function escapeValue(value: string): string {
  return escapeText(value).replace(/^ /, '\\ ');
}

function escapeText(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
