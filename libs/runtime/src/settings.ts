import { z } from 'zod';

/** The environment a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting is missing or not valid. The message names each one and the values that it takes. */
export class SettingsError extends Error {
  readonly code = 'bad_settings';
  override readonly name = 'SettingsError';
}

/** A TCP port as a variable holds it. */
export const portSetting = z.coerce.number().int().min(0).max(65_535);

const hostPattern = /^\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/;

function readHosts(text: string, context: z.RefinementCtx): readonly string[] {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase());
  const named = hosts.filter((host) => host !== '');
  if (named.every((host) => hostPattern.test(host))) return named;
  context.addIssue({
    code: 'custom',
    message: 'give names without ports: jobs.example.com,.internal.example.com',
  });
  return z.NEVER;
}

/** The settings that every process takes. */
export const commonSettings = z.object({
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** The address to listen on. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** The port of its HTTP server; 0 takes any free one. */
  PORT: portSetting.default(0),
  /**
   * `/health/ready` shows it as the header `jobstream-instance`. So the starter of the process knows that this process
   * answers, and not another one on the same port.
   */
  JOBSTREAM_INSTANCE_TOKEN: z
    .string()
    .regex(/^[\w.-]{0,100}$/, 'use up to 100 letters, digits, dots, dashes and underscores')
    .default(''),
  /** Where browsers and people reach the API, e.g. behind a proxy. */
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'give http://host:port, or https://host' }).optional(),
  /** Names that requests may call the process by, beside those of {@link OwnHosts}; `.example.com` for all that end so. */
  ALLOWED_HOSTS: z.string().default('').transform(readHosts),
  /** Prefixes topics, groups and schemas, so that several platforms share a cluster and a database. */
  JOBSTREAM_NAMESPACE: z
    .string()
    .regex(/^([a-z0-9][a-z0-9-]{0,40})?$/, 'use lower case letters, digits and dashes')
    .default(''),
  /** The number of partitions of new topics. */
  JOBSTREAM_TOPIC_SIZE: z.enum(['standard', 'small']).default('standard'),
  /** Time limit, in seconds, for running work after SIGTERM. */
  DRAIN_SECONDS: z.coerce.number().min(0).max(3_600).default(25),
});

/** The settings, with their defaults filled in. */
export type CommonSettings = z.infer<typeof commonSettings>;

/**
 * Reads settings from the environment; an empty variable counts as not set.
 * @throws SettingsError listing every variable that is missing or wrong.
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): z.output<Schema> {
  const present = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return present[name] === undefined ? `${name} is not set: ${message}` : `${name} is wrong: ${message}`;
  });
  throw new SettingsError(`Settings: ${faults.join('; ')}. docs/configuration.md lists them all.`);
}
