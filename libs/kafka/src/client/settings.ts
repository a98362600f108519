import { readFileSync } from 'node:fs';

/** Receives the log of this library and of kafkajs. `context` holds plain values, never credentials. */
export type KafkaLogger = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  context: Record<string, unknown>,
) => void;

/** TLS to the brokers; PEM texts. Without `ca` the system's roots are trusted. */
export interface KafkaTls {
  ca?: string;
  cert?: string;
  key?: string;
  /** The name the brokers' certificate must carry, where it is not the host's. */
  servername?: string;
}

/** SASL credentials (RFC 4422; SCRAM: RFC 5802). */
export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** How large batches of records are written. Every Kafka client reads both. */
export type KafkaCompression = 'gzip' | 'none';

/** How to reach a Kafka cluster. */
export interface KafkaSettings {
  /** `host:port` of one or more brokers to begin with; the others are learned from them. */
  brokers: string[];
  /** Shown in the brokers' logs and quotas. */
  clientId: string;
  /** Prefix of this installation's topics and groups. It is not applied here, but where the names are made. */
  namespace?: string;
  ssl?: boolean | KafkaTls;
  sasl?: KafkaSasl;
  /** Default: `gzip`. */
  compression?: KafkaCompression;
  /** Default: silent. */
  logger?: KafkaLogger;
}

/** Settings that can't be used. `problems` names each variable with what is wrong and what it takes. */
export class KafkaSettingsError extends Error {
  readonly code = 'kafka_settings_invalid';

  constructor(readonly problems: readonly string[]) {
    super(`Kafka settings can't be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'KafkaSettingsError';
  }
}

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const compressions: readonly string[] = ['gzip', 'none'] satisfies KafkaCompression[];
const brokerPattern = /^[A-Za-z0-9._-]+:(\d{1,5})$/;

/**
 * Reads the settings from environment variables:
 * `KAFKA_BROKERS` (required, `host:port,host:port`), `KAFKA_CLIENT_ID` (default `jobstream`), `JOBSTREAM_NAMESPACE`,
 * `KAFKA_SSL` (`true` or `false`), `KAFKA_SSL_CA_FILE`, `KAFKA_SSL_CERT_FILE`, `KAFKA_SSL_KEY_FILE`, `KAFKA_SSL_SERVERNAME`
 * (each of which turns TLS on), `KAFKA_SASL_MECHANISM` (`plain`, `scram-sha-256`, `scram-sha-512`),
 * `KAFKA_SASL_USERNAME`, `KAFKA_SASL_PASSWORD`, `KAFKA_COMPRESSION` (`gzip` or `none`).
 * @throws KafkaSettingsError naming every variable that is missing, malformed or contradicts another
 */
export function kafkaSettingsFromEnv(env: Record<string, string | undefined>): KafkaSettings {
  const problems: string[] = [];
  const settings: KafkaSettings = {
    brokers: readBrokers(env, problems),
    clientId: env.KAFKA_CLIENT_ID || 'jobstream',
  };
  const ssl = readTls(env, problems);
  const sasl = readSasl(env, problems);
  const compression = readCompression(env, problems);
  if (compression) settings.compression = compression;
  if (env.JOBSTREAM_NAMESPACE) settings.namespace = env.JOBSTREAM_NAMESPACE;
  if (ssl !== undefined) settings.ssl = ssl;
  if (sasl) settings.sasl = sasl;
  if (problems.length > 0) throw new KafkaSettingsError(problems);
  return settings;
}

function readBrokers(env: Record<string, string | undefined>, problems: string[]): string[] {
  const brokers = (env.KAFKA_BROKERS ?? '').split(',').map((broker) => broker.trim());
  if (brokers.every((broker) => broker === '')) {
    problems.push('KAFKA_BROKERS is not set: give one or more host:port, separated by commas');
    return [];
  }
  for (const broker of brokers) {
    const port = Number(brokerPattern.exec(broker)?.[1]);
    if (!(port >= 1 && port <= 65535)) {
      problems.push(
        `KAFKA_BROKERS has ${JSON.stringify(broker)}: each entry is host:port (a name or an IPv4 address)`,
      );
    }
  }
  return brokers;
}

function readCompression(
  { KAFKA_COMPRESSION: given }: Record<string, string | undefined>,
  problems: string[],
): KafkaCompression | undefined {
  if (!given) return undefined;
  if (compressions.includes(given)) return given as KafkaCompression;
  problems.push(`KAFKA_COMPRESSION is ${JSON.stringify(given)}: it takes ${compressions.join(' or ')}`);
  return undefined;
}

function readTls(
  env: Record<string, string | undefined>,
  problems: string[],
): boolean | KafkaTls | undefined {
  const tls: KafkaTls = {};
  const files = { ca: 'KAFKA_SSL_CA_FILE', cert: 'KAFKA_SSL_CERT_FILE', key: 'KAFKA_SSL_KEY_FILE' } as const;
  for (const [part, variable] of Object.entries(files) as [keyof typeof files, string][]) {
    const path = env[variable];
    if (!path) continue;
    try {
      tls[part] = readFileSync(path, 'utf8');
    } catch (error) {
      problems.push(`${variable} can't be read: ${(error as Error).message}`);
    }
  }
  if (env.KAFKA_SSL_SERVERNAME) tls.servername = env.KAFKA_SSL_SERVERNAME;
  if (!env.KAFKA_SSL_CERT_FILE !== !env.KAFKA_SSL_KEY_FILE) {
    problems.push('KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE belong together: set both or neither');
  }
  const named = Object.keys(tls).length > 0;
  switch (env.KAFKA_SSL) {
    case undefined:
    case '':
      return named ? tls : undefined;
    case 'true':
      return named ? tls : true;
    case 'false':
      if (named) problems.push('KAFKA_SSL is false, but other KAFKA_SSL_ variables are set: unset one side');
      return undefined;
    default:
      problems.push(`KAFKA_SSL is ${JSON.stringify(env.KAFKA_SSL)}: it takes true or false`);
      return undefined;
  }
}

function readSasl(env: Record<string, string | undefined>, problems: string[]): KafkaSasl | undefined {
  const { KAFKA_SASL_MECHANISM: given, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = env;
  if (!given && !username && !password) return undefined;
  const mechanism = mechanisms.find((known) => known === given?.toLowerCase());
  if (!mechanism) {
    problems.push(
      given
        ? `KAFKA_SASL_MECHANISM is ${JSON.stringify(given)}: it takes ${mechanisms.join(', ')}`
        : `KAFKA_SASL_MECHANISM is not set: it takes ${mechanisms.join(', ')}`,
    );
  }
  if (!username) problems.push('KAFKA_SASL_USERNAME is not set, but other KAFKA_SASL_ variables are');
  if (!password) problems.push('KAFKA_SASL_PASSWORD is not set, but other KAFKA_SASL_ variables are');
  return mechanism && username && password ? { mechanism, username, password } : undefined;
}
