import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { FormattedStorage } from './formatted-storage.js';
import { findFreePort } from '../addresses/free-port.js';
import type { Guard } from '../processes/guard.js';
import type { GuardedProcess } from '../processes/guarded-process.js';
import { javaEnvironment, provideJava } from '../java/java-runtime.js';
import { provideJars } from '../java/jars.js';
import { DEFAULT_KAFKA_VERSION, readKafkaLock } from './kafka-distribution.js';
import { isKafkaReady } from './kafka-readiness.js';
import { formatProperties, kafkaSettings, type KafkaNode } from './kafka-settings.js';
import { findWordsOf } from '../processes/last-words.js';
import type { Progress } from '../output/progress.js';
import { StartError, untilReady } from '../processes/readiness.js';
import { openUserCache } from '../user-cache.js';

const run = promisify(execFile);

const READY_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 15_000;
const ATTEMPTS_AT_PORTS = 3;
/** Without its optimizing compiler Java takes a third less processor time until a broker serves. */
const QUICK_COMPILER = '-XX:TieredStopAtLevel=1';

/** What an embedded Kafka is started with. */
export interface KafkaOptions {
  guard: Guard;
  /** Data, settings and ports of the nodes; kept between starts, so the same folder is the same cluster. */
  folder: string;
  /** One log file a node, `kafka-1.log` and so on. */
  logFolder: string;
  /** Number of nodes, each broker and controller; 1 unless said otherwise. A folder's number never changes. */
  brokers?: number;
  /** A version with a lock file in this package. */
  version?: string | undefined;
  /** Data that nobody needs after the end: nodes are killed instead of shut down. */
  throwaway?: boolean;
  /**
   * For clusters of a test, which end within minutes: Java compiles fast code sooner and with less work, but it stays slower; and
   * storage is formatted once a version, then copied. Default false.
   */
  shortLived?: boolean;
  /** A node's settings on top of the usual ones. */
  settings?: (node: KafkaNode) => Record<string, string | number>;
  progress?: Progress;
}

/** Folders of cluster and logs, program and class path: what starting a node needs beside the node. */
interface Installation {
  java: string;
  classPath: string;
  options: KafkaOptions;
}

/** One node of a running cluster. */
export class KafkaBroker {
  constructor(
    readonly node: KafkaNode,
    private readonly installation: Installation,
    private running: GuardedProcess,
  ) {}

  /** `host:port` for clients. */
  get address(): string {
    return `127.0.0.1:${this.node.port}`;
  }

  get logFile(): string {
    return logFile(this.installation.options.logFolder, this.node);
  }

  /** The process of now; {@link KafkaBroker.start} replaces it. */
  get process(): GuardedProcess {
    return this.running;
  }

  /** Starts an ended node again, on its ports and its data; resolves once the process runs, before it is ready. */
  async start(): Promise<void> {
    this.running = await spawnNode(this.installation, this.node);
  }
}

/** A running cluster of one or more nodes. */
export class KafkaCluster {
  constructor(
    readonly brokers: readonly KafkaBroker[],
    /** Version of Kafka and of the Java under it, for people. */
    readonly description: string,
  ) {}

  /** For KAFKA_BROKERS: every node's address, separated by commas. */
  get addresses(): string {
    return this.brokers.map((broker) => broker.address).join(',');
  }

  /** Waits until all nodes are in the cluster and all group coordinators answer. */
  async ready(): Promise<void> {
    const addresses = this.brokers.map((broker) => broker.address);
    await Promise.all(
      this.brokers.map((broker) =>
        untilReady('Kafka', broker.process, broker.logFile, READY_LIMIT_MS, () => isKafkaReady(addresses)),
      ),
    );
  }

  /** Stops all nodes, in an orderly way unless the data is throwaway. */
  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.process.stop()));
  }
}

/**
 * Starts a real Kafka in KRaft mode on 127.0.0.1 and waits until it serves its first consumer. What it needs is fetched
 * at the first call and cached for this user.
 *
 * @throws StartError with the end of the broker's log when it does not come up.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaCluster> {
  const { version = DEFAULT_KAFKA_VERSION, progress = () => undefined } = options;
  const cache = openUserCache();
  const java = await provideJava(cache, progress);
  const jars = await provideJars(readKafkaLock(version), cache, progress);
  const installation = { java: java.command, classPath: jars.join(delimiter), options };
  for (const folder of [options.folder, options.logFolder]) mkdirSync(folder, { recursive: true });

  for (let attempt = 1; ; attempt++) {
    const nodes = await placeNodes(options);
    await Promise.all(nodes.map((node) => formatNode(installation, node, nodes, version, progress)));
    progress('starting');
    const brokers = await Promise.all(
      nodes.map(async (node) => new KafkaBroker(node, installation, await spawnNode(installation, node))),
    );
    const cluster = new KafkaCluster(brokers, `Kafka ${version} on Java ${java.version}`);
    try {
      await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster.stop();
      const portTaken = error instanceof StartError && /Address already in use|BindException/.test(error.log);
      if (!portTaken || attempt === ATTEMPTS_AT_PORTS) throw error;
    }
  }
}

interface ClusterFile {
  clusterId: string;
  ports: { port: number; controllerPort: number }[];
}

/** Gives each node its ports: those of the last start where they are free, so that addresses people noted stay true. */
async function placeNodes({ folder, brokers = 1 }: KafkaOptions): Promise<KafkaNode[]> {
  const file = join(folder, 'cluster.json');
  const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ClusterFile) : undefined;
  if (last && last.ports.length !== brokers) {
    throw new Error(
      `The Kafka data in ${folder} is of ${last.ports.length} broker(s), not ${brokers}. ` +
        'Start with that number, or empty the data (npm start -- --fresh).',
    );
  }
  const ports = [];
  for (let index = 0; index < brokers; index++) {
    ports.push({
      port: await findFreePort(last?.ports[index]?.port),
      controllerPort: await findFreePort(last?.ports[index]?.controllerPort),
    });
  }
  const clusterId = last?.clusterId ?? randomBytes(16).toString('base64url');
  writeFileSync(file, JSON.stringify({ clusterId, ports } satisfies ClusterFile));
  return ports.map((place, index) => ({
    ...place,
    nodeId: index + 1,
    dataFolder: join(folder, `node-${index + 1}`),
  }));
}

const propertiesFile = (folder: string, node: KafkaNode): string =>
  join(folder, `node-${node.nodeId}.properties`);
const logFile = (folder: string, node: KafkaNode): string => join(folder, `kafka-${node.nodeId}.log`);

/** Writes the node's settings and, when its data folder is new, formats that. */
async function formatNode(
  { java, classPath, options }: Installation,
  node: KafkaNode,
  nodes: readonly KafkaNode[],
  version: string,
  progress: Progress,
): Promise<void> {
  const properties = propertiesFile(options.folder, node);
  writeFileSync(properties, formatProperties(kafkaSettings(node, nodes, options.settings?.(node))));
  if (existsSync(join(node.dataFolder, 'meta.properties'))) return;
  const { clusterId } = JSON.parse(readFileSync(join(options.folder, 'cluster.json'), 'utf8')) as ClusterFile;
  const copy = new FormattedStorage(version);
  if (options.shortLived && copy.restore(node, clusterId)) return;
  progress(`formatting storage of Kafka ${version}`);
  // One argument: an id that begins with a dash would read as another option.
  const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '--config', properties];
  try {
    await run(java, [QUICK_COMPILER, '-XX:-UsePerfData', '-cp', classPath, ...format], {
      env: javaEnvironment(),
      cwd: options.folder,
    });
    if (options.shortLived) copy.keep(node);
  } catch (error) {
    throw new Error(`Kafka could not format its storage in ${node.dataFolder}: ${findWordsOf(error)}`, {
      cause: error,
    });
  }
}

function spawnNode({ java, classPath, options }: Installation, node: KafkaNode): Promise<GuardedProcess> {
  const temporary = join(options.folder, `node-${node.nodeId}-tmp`);
  mkdirSync(temporary, { recursive: true });
  return options.guard.spawn({
    command: java,
    args: [
      '-Xmx512m',
      '-XX:+UseSerialGC',
      ...(options.shortLived ? [QUICK_COMPILER] : []),
      // No files outside our folders: performance counters and unpacked native libraries would go to the system's /tmp.
      '-XX:-UsePerfData',
      `-Djava.io.tmpdir=${temporary}`,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
      '-cp',
      classPath,
      'kafka.Kafka',
      propertiesFile(options.folder, node),
    ],
    env: javaEnvironment(),
    cwd: options.folder,
    logFile: logFile(options.logFolder, node),
    layer: 'backing',
    stopSignal: options.throwaway ? 'SIGKILL' : 'SIGTERM',
    stopLimitMs: STOP_LIMIT_MS,
  });
}
