import type { z } from 'zod';
import { parseDuration, type Duration } from './duration.js';
import { isReservedName } from './own-names.js';
import type { Scope } from './rest/api-key.js';
import { queueLimitsSchema, type QueueLimits } from './queue-limits.js';

/** How urgent a job is among those of its queue. `normal` unless asked otherwise. */
export const priorities = ['high', 'normal', 'low'] as const;
/** See {@link priorities}. */
export type Priority = (typeof priorities)[number];

/** A queue: a line of jobs that is scaled, paused and watched on its own. */
export interface QueueDefinition {
  /** Lower case letters, digits and dashes; part of topic names. */
  readonly name: string;
  /** Whether it has a `.high` and a `.low` topic beside the normal one. Default false. */
  readonly priorities: boolean;
  /** What holds unless an operator orders other limits. Default none. */
  readonly limits: QueueLimits;
}

/** What an API key has to have so that jobs can be submitted with it. Operators' routes (schedules, replays) need `operate` anyway. */
export type SubmitScope = Extract<Scope, 'submit' | 'operate'>;

/** What becomes of an attempt whose worker died or froze in its middle. */
export type OwnerDeathPolicy = 'rerun' | 'dead-letter';

/** What {@link defineJob} takes. */
export interface JobOptions<Payload extends z.ZodType, Result extends z.ZodType> {
  /** Dotted name, e.g. `image.thumbnail`; chooses schema and handler. */
  readonly type: string;
  readonly queue: QueueDefinition;
  /** What the handler takes; checked at intake and again before the handler. */
  readonly payload: Payload;
  /** What the handler returns, as JSON. */
  readonly result: Result;
  /** Retries after the first attempt: 3 means at most 4 attempts. Default 0. */
  readonly retries?: number;
  /** Delay before each retry, in order; the last one repeats when there are more retries. Needed when `retries` > 0. */
  readonly backoff?: readonly Duration[];
  /** Replays after which a job that fails for good once more is parked: redrives leave it out that don't name it. Default 3. */
  readonly parkAfter?: number;
  /** How long one attempt may take before `ctx.signal` aborts it. Default `60s`. */
  readonly timeout?: Duration;
  /**
   * Whether an attempt first takes a claim, so that none starts while another one's lease lasts, and none after a recorded end:
   * for effects that must not happen twice. Costs two round trips to Postgres a job. Default false.
   */
  readonly exclusive?: boolean;
  /**
   * What follows where a worker died or froze in the middle of a claimed attempt, so that nobody knows how far it came: it is run
   * again (default, until 5 have died), or the job is dead-lettered as `owner_died`.
   */
  readonly onOwnerDeath?: OwnerDeathPolicy;
  /**
   * The ordering key of a job, 1 to 256 characters, where jobs of one key are to run one after another; a request's own
   * `orderingKey` wins. Such jobs are retried in place: their key waits with them.
   */
  readonly orderBy?: (payload: z.output<Payload>) => string;
  /**
   * The scope that submits it, where keys are required: `operate` for what only operators should make, by the payload where that
   * decides. Handlers and schedules may make it whatever it says. Default `submit`.
   */
  readonly submitScope?: SubmitScope | ((payload: z.output<Payload>) => SubmitScope);
  /** Fields of the payload that hold URLs which a worker fetches: one that may not be fetched is refused at submit. Default none. */
  readonly fetches?: readonly (keyof z.output<Payload> & string)[];
}

/** A job type: the schema at the edge, the types of handler and client, and what its queue's topics follow from. */
export interface JobDefinition<Payload extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly queue: QueueDefinition;
  readonly payload: Payload;
  readonly result: Result;
  /** At least 1. */
  readonly maxAttempts: number;
  /** Milliseconds before the second attempt, the third, and so on; exactly `maxAttempts - 1` of them. */
  readonly backoffMs: readonly number[];
  /** See {@link JobOptions}. */
  readonly parkAfter: number;
  readonly timeoutMs: number;
  /** Whether each attempt takes a claim, whoever made the job. */
  readonly exclusive: boolean;
  /** Also for jobs that are claimed because their request may come twice. */
  readonly onOwnerDeath: OwnerDeathPolicy;
  /** The ordering key of a job with this payload; absent where jobs run in any order. */
  orderBy?(payload: z.output<Payload>): string;
  /** The scope that submits a job with this payload. */
  submitScope(payload: z.output<Payload>): SubmitScope;
  /** Fields of the payload that hold URLs to fetch. */
  readonly fetches: readonly string[];
}

/** The payload a handler of this definition is given, defaults filled in. */
export type PayloadOf<D> = D extends JobDefinition<infer P, z.ZodType> ? z.output<P> : never;
/** The payload as it is submitted: what has a default may be left out. */
export type PayloadInputOf<D> = D extends JobDefinition<infer P, z.ZodType> ? z.input<P> : never;
/** The result a handler of this definition returns. */
export type ResultOf<D> = D extends JobDefinition<z.ZodType, infer R> ? z.output<R> : never;

/** `parkAfter` of a job type that does not say, or that nobody knows. */
export const defaultParkAfter = 3;

const queueName = /^[a-z][a-z0-9-]{0,40}$/;
const typeName = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*$/;

/** Whether a queue can be called so: only then can it stand in a topic name, and stands in none of the platform's own. */
export function isQueueName(name: string): boolean {
  return queueName.test(name) && !isReservedName(name);
}

/**
 * Defines a queue.
 * @throws TypeError when the name could not stand in a topic name, or is one of the platform's own; ZodError when the limits
 * make no sense.
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
 * @throws TypeError or RangeError naming the option that makes no sense.
 */
export function defineJob<Payload extends z.ZodType, Result extends z.ZodType>(
  options: JobOptions<Payload, Result>,
): JobDefinition<Payload, Result> {
  const { type, retries = 0, backoff = [], submitScope = 'submit' } = options;
  if (!typeName.test(type)) {
    throw new TypeError(`Job type "${type}": use lower case words joined by dots, e.g. image.thumbnail.`);
  }
  if (!Number.isInteger(retries) || retries < 0 || retries > 1_000) {
    throw new RangeError(
      `Job type "${type}": retries must be a whole number from 0 to 1000, not ${retries}.`,
    );
  }
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
    submitScope: typeof submitScope === 'function' ? submitScope : () => submitScope,
    fetches: options.fetches ?? [],
    ...(options.orderBy && { orderBy: options.orderBy }),
  };
}

/** An exponential ladder for `backoff`: `first`, then each `factor` times the one before, none above `most`. */
export function exponentialBackoff(first: Duration, retries: number, most: Duration, factor = 2): Duration[] {
  const cap = parseDuration(most);
  return Array.from({ length: retries }, (_, retry): Duration => {
    return `${Math.min(Math.round(parseDuration(first) * factor ** retry), cap)}ms`;
  });
}
