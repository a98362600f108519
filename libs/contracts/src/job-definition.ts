import type { z } from 'zod';
import { parseDuration, type Duration } from './duration.js';
import type { DefinedHandler, JobContext } from './job-handler.js';
import { parseMemorySize, type MemorySize } from './memory-size.js';
import { isPayloadPath, valueAt, type PlainValue } from './payload-path.js';
import { isReservedName } from './own-names.js';
import { faultOfSearchPath, faultOfSearchPaths } from './search-paths.js';
import type { Scope } from './rest/access/scope.js';
import { queueLimitsSchema, type QueueLimits } from './queue-limits.js';
import { uniquePolicyOf, type UniqueRule } from './unique-rule.js';

/** How urgent a job is among those of its queue. `normal` unless asked otherwise. */
export const priorities = ['high', 'normal', 'low'] as const;
export type Priority = (typeof priorities)[number];

/** A queue: a line of jobs that is scaled, paused and watched on its own. */
export interface QueueDefinition {
  /** Lower case letters, digits and dashes; part of topic names. */
  readonly name: string;
  /** Whether it has a `.high` and a `.low` topic beside the normal one. Default false. */
  readonly priorities: boolean;
  /** Limits that hold until an operator orders others. Default none. */
  readonly limits: QueueLimits;
}

/** The scopes that a job type can require of an API key that submits it. Operators' routes (schedules, replays) need `operate` anyway. */
export const submitScopes = ['submit', 'operate'] as const satisfies Scope[];
/** See {@link submitScopes}. */
export type SubmitScope = (typeof submitScopes)[number];

/** What happens when a worker dies or freezes during an attempt: the attempt runs again, or the job is dead-lettered. */
export const ownerDeathPolicies = ['rerun', 'dead-letter'] as const;
/** See {@link ownerDeathPolicies}. */
export type OwnerDeathPolicy = (typeof ownerDeathPolicies)[number];

/** Where a handler runs: in the worker beside others, or alone in a thread or a process. */
export const isolations = ['none', 'thread', 'process'] as const;
/** See {@link isolations}. */
export type Isolation = (typeof isolations)[number];

/** A job type as its author writes it; {@link defineJob} checks it and fills in the defaults. */
export interface JobOptions<Payload extends z.ZodType, Result extends z.ZodType> {
  /** Dotted name, e.g. `image.thumbnail`; chooses schema and handler. */
  readonly type: string;
  readonly queue: QueueDefinition;
  /** Schema of the handler's input; checked at intake and again before the handler. */
  readonly payload: Payload;
  /** Schema of the handler's result, which is stored as JSON. */
  readonly result: Result;
  /** Retries after the first attempt: 3 means at most 4 attempts. Default 0. */
  readonly retries?: number;
  /** Delay before each retry, in order; further retries repeat the last one. Required when `retries` > 0. */
  readonly backoff?: readonly Duration[];
  /** Replays after which a job that is dead-lettered again is parked: a redrive takes it only by its id or the reason `parked`. Default 3. */
  readonly parkAfter?: number;
  /** Time limit of one attempt; then `ctx.signal` aborts. Default `60s`. */
  readonly timeout?: Duration;
  /**
   * Whether each attempt first takes a claim: no attempt starts during another one's lease, or after the job's recorded end. For
   * effects that must not happen twice. Costs two round trips to Postgres a job. Default false.
   */
  readonly exclusive?: boolean;
  /**
   * What happens when a worker dies or freezes during a claimed attempt: `rerun` (default), unless the job alone has ended three
   * processes (reason `crashed`); or `dead-letter` (reason `owner_died`), whatever the worker died of.
   */
  readonly onOwnerDeath?: OwnerDeathPolicy;
  /**
   * Where each attempt runs. `process`: alone in a process of the worker's program, which is used again; a handler that spins, fills
   * its memory or faults is ended and fails its own attempt (`timeout`, `out_of_memory`, `crashed`), by the ladder. `thread`: the
   * same in a thread, which costs less; a fault in native code ends the worker. Default `none`: in the worker, beside others.
   */
  readonly isolation?: Isolation;
  /** The JavaScript heap of that process or thread. Default: half of the memory of the machine, or of the worker's control group. */
  readonly memory?: MemorySize;
  /**
   * The path of the payload field that holds the ordering key of a job, a text or a number: `customer.id`. Jobs of one key run one
   * after another; a request's own `orderingKey` wins, and a payload without the field has no key. They are retried in place: the
   * other jobs of the key wait meanwhile. Default: jobs run in any order.
   */
  readonly orderBy?: string;
  /**
   * Keeps the jobs of one key from being two: `{ by: 'customer.id', for: 'unfinished' }`. A submission's own `unique` wins. It holds
   * for jobs that are submitted, not for those that handlers, schedules and replays make. Default: every submission is a job.
   */
  readonly unique?: UniqueRule;
  /**
   * Paths of payload fields that hold one value, by which people look for jobs: `['imageId', 'customer.id']`. An index finds the jobs
   * that are submitted from then on (docs/filters.md). At most 8; each costs every job of the type a row. Default none.
   */
  readonly search?: readonly string[];
  /** The scope that submits the job where keys are required. Handlers and schedules may make the job in any case. Default `submit`. */
  readonly submitScope?: SubmitScope;
  /** Values of payload fields, by path, that need the scope `operate`: `{ failWith: ['crash'] }`. Default none. */
  readonly operateWhen?: Readonly<Record<string, readonly PlainValue[]>>;
  /** Fields of the payload with URLs that a worker fetches. Submit refuses a URL that may not be fetched. Default none. */
  readonly fetches?: readonly (keyof z.output<Payload> & string)[];
}

/** Everything about a job type but its two schemas and its handler: plain data. */
export interface JobRules {
  readonly type: string;
  readonly queue: QueueDefinition;
  /** At least 1. */
  readonly maxAttempts: number;
  /** Milliseconds before the second attempt, the third, and so on; exactly `maxAttempts - 1` of them. */
  readonly backoffMs: readonly number[];
  /** See {@link JobOptions}. */
  readonly parkAfter: number;
  readonly timeoutMs: number;
  /** Whether each attempt takes a claim. */
  readonly exclusive: boolean;
  /** It also holds for jobs that take a claim because their request may come twice. */
  readonly onOwnerDeath: OwnerDeathPolicy;
  /** The path of the payload field that holds the ordering key; absent where jobs run in any order. */
  readonly orderBy?: string | undefined;
  /** See {@link JobOptions}; absent where every submission is a job. */
  readonly unique?: UniqueRule | undefined;
  /** See {@link JobOptions}; absent where no field is searched by. */
  readonly search?: readonly string[] | undefined;
  readonly submitScope: SubmitScope;
  /** See {@link JobOptions}; absent where the payload does not matter. */
  readonly operateWhen?: Readonly<Record<string, readonly PlainValue[]>> | undefined;
  /** Fields of the payload that hold URLs to fetch. */
  readonly fetches: readonly string[];
}

/** A job type: its schemas, its retries and its rights. Types of handlers and clients, and its queue's topics, follow from it. */
export interface JobDefinition<
  Payload extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> extends JobRules {
  readonly payload: Payload;
  readonly result: Result;
  /** See {@link JobOptions}. The worker's own matter: it is not published. */
  readonly isolation: Isolation;
  /** Mebibytes; absent for the default. */
  readonly memoryMiB?: number | undefined;

  /**
   * Makes a handler of a function: for `worker` of `@jobstream/worker`. It only puts the two side by side, so whoever imports the
   * definition alone loads no code that runs jobs.
   */
  handle(handle: HandlerFunction<Payload, Result>): DefinedHandler<JobDefinition<Payload, Result>>;
}

/** The function that a definition makes a handler of; see {@link HandlerOf}. */
export type HandlerFunction<Payload extends z.ZodType, Result extends z.ZodType> = (
  payload: z.output<Payload>,
  context: JobContext<JobDefinition<Payload, Result>>,
) => Promise<z.output<Result>> | z.output<Result>;

/** The payload of a handler of this definition, defaults filled in. */
export type PayloadOf<D extends Pick<JobDefinition, 'payload'>> = z.output<D['payload']>;
/** The payload as it is submitted: fields with a default may be left out. */
export type PayloadInputOf<D extends Pick<JobDefinition, 'payload'>> = z.input<D['payload']>;
/** The result of a handler of this definition. */
export type ResultOf<D extends Pick<JobDefinition, 'result'>> = z.output<D['result']>;

/** `parkAfter` of a job type that does not set it, or is unknown. */
export const defaultParkAfter = 3;

const queueName = /^[a-z][a-z0-9-]{0,40}$/;
const typeName = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/;
/** Characters of a type's name: it is a key of the log and stands in addresses. */
const maxTypeNameLength = 200;

/** Retries of a job type. */
export const maxRetries = 1_000;

/** Whether a job type can be called so. */
export function isTypeName(name: string): boolean {
  return name.length <= maxTypeNameLength && typeName.test(name);
}

/** The scope that submits a job of this type with this payload. */
export function neededScope({ submitScope, operateWhen = {} }: JobRules, payload: unknown): SubmitScope {
  const isHarmful = Object.entries(operateWhen).some(([path, values]) =>
    values.includes(valueAt(payload, path) as PlainValue),
  );
  return isHarmful ? 'operate' : submitScope;
}

/** Whether a queue can have this name: a topic name can contain it, and no topic of the platform has it. */
export function isQueueName(name: string): boolean {
  return queueName.test(name) && !isReservedName(name);
}

/**
 * Defines a queue.
 * @throws TypeError when {@link isQueueName} refuses the name; ZodError when the limits are not valid.
 */
export function defineQueue(
  name: string,
  options: { priorities?: boolean; limits?: QueueLimits } = {},
): QueueDefinition {
  if (!queueName.test(name)) {
    throw new TypeError(
      `Queue name "${name}": use lower case letters, digits and dashes, beginning with a letter.`,
    );
  }
  if (isReservedName(name)) {
    throw new TypeError(
      `Queue name "${name}": the platform has a topic or a consumer group of this name. Use another, e.g. "${name}-jobs".`,
    );
  }
  const limits = queueLimitsSchema.parse(options.limits ?? {});
  return { name, priorities: options.priorities ?? false, limits };
}

/**
 * Defines a job type.
 * @throws TypeError or RangeError that names the wrong option
 */
export function defineJob<Payload extends z.ZodType, Result extends z.ZodType>(
  options: JobOptions<Payload, Result>,
): JobDefinition<Payload, Result> {
  const { type, retries = 0, backoff = [], orderBy, unique, operateWhen, search = [] } = options;
  const { isolation = 'none' } = options;
  if (!isTypeName(type)) {
    throw new TypeError(`Job type "${type}": use lower case words joined by dots, e.g. image.thumbnail.`);
  }
  if (!isolations.includes(isolation)) {
    throw new TypeError(`Job type "${type}": isolation must be one of ${isolations.join(', ')}.`);
  }
  if (!Number.isInteger(retries) || retries < 0 || retries > maxRetries) {
    throw new RangeError(
      `Job type "${type}": retries must be a whole number from 0 to 1000, not ${retries}.`,
    );
  }
  const paths = [orderBy, unique?.by].filter((path) => path !== undefined);
  for (const path of [...paths, ...Object.keys(operateWhen ?? {})]) {
    if (!isPayloadPath(path))
      throw new TypeError(`Job type "${type}": "${path}" is not a path of the payload, e.g. customer.id.`);
  }
  const searchFault = search.map(faultOfSearchPath).find(Boolean) ?? faultOfSearchPaths(search);
  if (searchFault !== undefined) throw new TypeError(`Job type "${type}": search: ${searchFault}`);
  const policy = unique && uniquePolicyOf(unique);
  if (policy && 'field' in policy)
    throw new RangeError(`Job type "${type}": unique.${policy.field}: ${policy.detail}`);
  const ladder = backoff.map(parseDuration);
  const last = ladder.at(-1);
  if (retries > 0 && last === undefined) {
    throw new RangeError(`Job type "${type}": ${retries} retries need a backoff, e.g. backoff: ['60s'].`);
  }
  return {
    type,
    queue: options.queue,
    payload: options.payload,
    result: options.result,
    maxAttempts: retries + 1,
    backoffMs: Array.from({ length: retries }, (_, retry) => ladder[retry] ?? last!),
    parkAfter: options.parkAfter ?? defaultParkAfter,
    timeoutMs: parseDuration(options.timeout ?? '60s'),
    exclusive: options.exclusive ?? false,
    onOwnerDeath: options.onOwnerDeath ?? 'rerun',
    submitScope: options.submitScope ?? 'submit',
    fetches: options.fetches ?? [],
    isolation,
    ...(options.memory !== undefined && { memoryMiB: memoryOf(type, options.memory) }),
    ...(orderBy !== undefined && { orderBy }),
    ...(unique && { unique }),
    ...(search.length > 0 && { search }),
    ...(operateWhen && { operateWhen }),
    handle: pairWithHandler,
  };
}

function memoryOf(type: string, memory: MemorySize): number {
  try {
    return parseMemorySize(memory);
  } catch (error) {
    throw new RangeError(`Job type "${type}": memory: ${(error as Error).message}`, { cause: error });
  }
}

function pairWithHandler<Payload extends z.ZodType, Result extends z.ZodType>(
  this: JobDefinition<Payload, Result>,
  handle: HandlerFunction<Payload, Result>,
): DefinedHandler<JobDefinition<Payload, Result>> {
  return { definition: this, handle };
}

/** An exponential ladder for `backoff`: `first`, then each delay `factor` times the one before, and at most `max`. */
export function exponentialBackoff(first: Duration, retries: number, max: Duration, factor = 2): Duration[] {
  const cap = parseDuration(max);
  return Array.from({ length: retries }, (_, retry): Duration => {
    return `${Math.min(Math.round(parseDuration(first) * factor ** retry), cap)}ms`;
  });
}
