import { z } from 'zod';
import { timeWriter, type JobRequest, type Start } from '@jobstream/contracts/records';
import type { DrawnJob } from '@jobstream/intake';
import { describeError, isDoomed, type AttemptEnding } from '@jobstream/lifecycle';
import type { Clock, Logger } from '@jobstream/runtime';
import { LazyAbort } from './lazy-abort.js';
import { Children } from './children.js';
import type { RegisteredHandler } from '../handlers/handler-registry.js';
import type { Cancellations } from './cancellations.js';
import { AttemptContext } from '../handlers/attempt-context.js';
import { retryWishOf } from '../handlers/retry-wish.js';
import type { ProgressReports } from './running-reports.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import { runWithin } from './time-limit.js';

/** The parts of the worker that attempts use. */
export interface AttemptPorts {
  /** The worker process, as its events name it. */
  readonly worker: string;
  readonly logger: Logger;
  /** The broker's time. */
  readonly clock: Clock;
  readonly threads: ThreadPool;
  /** The time that a handler has to return after it was told to stop. */
  readonly graceMs: number;
  /** Opens the reports of an attempt that starts. */
  openReports(job: StartableJob, start: Start): ProgressReports;
  readonly cancellations: Cancellations;
  /** Both fingerprints, if another definition of the type is in force than the one of this worker, or it has none; else undefined. */
  readonly outdated: (type: string) => string | undefined;
  observeDuration(type: string, seconds: number): void;
}

/** How an attempt ended; with `start` if the handler was called. */
export interface Attempted {
  readonly ending: AttemptEnding;
  readonly start?: Start;
  /** The jobs that it has enqueued; only when the handler returned. */
  readonly children?: readonly DrawnJob[];
}

/** The claim that an attempt runs under. */
export interface AttemptClaim {
  /** The number of owners that died or froze in this attempt before. */
  readonly deaths: number;
  /** Aborts when the claim is lost; the attempt then ends as if its time were over. */
  readonly signal: AbortSignal;
}

/**
 * Runs one attempt of a job. It does not call the handler when too many owners of the claim have died in the attempt, when the job
 * is cancelled or has expired, when its type is unknown, or when its payload breaks the schema. Never rejects.
 */
export function attempt(
  job: StartableJob,
  registered: RegisteredHandler | undefined,
  brokerNow: number,
  ports: AttemptPorts,
  claim?: AttemptClaim,
): Attempted | Promise<Attempted> {
  const { request } = job;
  if (claim && isDoomed(claim.deaths, registered?.definition.onOwnerDeath ?? 'rerun')) {
    return { ending: { kind: 'owner-died', deaths: claim.deaths } };
  }
  if (ports.cancellations.has(job)) return { ending: { kind: 'cancelled' } };
  if (registered === undefined)
    return refuse({ kind: 'unknown-type', type: request.type }, request.type, ports);
  if (hasExpired(request, job.attempt, brokerNow)) return { ending: { kind: 'expired' } };
  const payload = check(registered.definition.payload, request.payload);
  if ('detail' in payload)
    return refuse({ kind: 'invalid-payload', detail: payload.detail }, request.type, ports);
  return callHandler(job, registered, payload.data, ports, claim?.signal);
}

type Refusal = Extract<AttemptEnding, { readonly kind: 'unknown-type' | 'invalid-payload' }>;

/**
 * Does not call the handler. Where a worker of another deployment may take the job, this counts as an attempt: the retry's record
 * tells who began it.
 */
function refuse(refusal: Refusal, type: string, { outdated, worker, clock }: AttemptPorts): Attempted {
  const both = outdated(type);
  if (both === undefined) return { ending: refusal };
  const ending =
    refusal.kind === 'unknown-type' ? refusal : { ...refusal, detail: `${refusal.detail}\n${both}` };
  return { ending: { ...ending, isOutdated: true }, start: { worker, at: writeStart(clock.now()) } };
}

const writeStart = timeWriter();

async function callHandler(
  job: StartableJob,
  { definition, handler }: RegisteredHandler,
  payload: unknown,
  ports: AttemptPorts,
  stop: AbortSignal | undefined,
): Promise<Attempted> {
  const { clock, threads, logger, graceMs } = ports;
  const start: Start = { worker: ports.worker, at: writeStart(clock.now()) };
  const startedAt = performance.now();
  const reports = ports.openReports(job, start);
  const lazyAbort = new LazyAbort();
  const collected = new Children(job, clock);
  const context = new AttemptContext(definition, job, {
    logger,
    clock,
    threads,
    lazyAbort,
    children: collected,
    report: (progress) => reports.report(progress),
  });
  const limit = { timeoutMs: definition.timeoutMs, graceMs };
  if (logger.isLevelEnabled('debug')) context.logger.debug('attempt started');
  const endCancellations = ports.cancellations.began(job, lazyAbort);
  const ended = await runWithin(limit, lazyAbort, () => handler.handle(payload, context), stop);
  endCancellations();
  reports.end();
  const children = collected.end();
  ports.observeDuration(definition.type, (performance.now() - startedAt) / 1_000);
  switch (ended.kind) {
    case 'returned':
      return { ending: endWith(definition.result, ended.result), start, children };
    case 'threw':
      return {
        ending: { kind: 'threw', error: describeError(ended.thrown), retry: retryWishOf(ended.thrown) },
        start,
      };
    case 'timed-out': {
      const cancelled = ports.cancellations.has(job);
      return {
        ending: cancelled ? { kind: 'cancelled' } : { kind: 'timed-out', timeoutMs: definition.timeoutMs },
        start,
      };
    }
  }
}

/** Only a first attempt can expire, even if a worker has begun it and died: no record tells of that. */
function hasExpired({ expiresAt }: JobRequest, attemptToStart: number, brokerNow: number): boolean {
  return expiresAt !== undefined && attemptToStart === 1 && Date.parse(expiresAt) <= brokerNow;
}

function endWith(schema: z.ZodType, returned: unknown): AttemptEnding {
  const result = check(schema, returned);
  if ('detail' in result) return { kind: 'invalid-result', detail: result.detail };
  try {
    const value = result.data ?? null;
    return { kind: 'returned', result: value, bytes: Buffer.byteLength(JSON.stringify(value)) };
  } catch (error) {
    return { kind: 'invalid-result', detail: `It is no JSON: ${describeError(error).message}` };
  }
}

/** A schema may throw too, e.g. when it has asynchronous parts: then no value fits it. */
function check(schema: z.ZodType, value: unknown): { readonly data: unknown } | { readonly detail: string } {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? { data: parsed.data } : { detail: z.prettifyError(parsed.error) };
  } catch (error) {
    return { detail: describeError(error).message };
  }
}
