import type { JobDefinition } from '@jobstream/contracts';
import { timeWriter, type JobRequest, type Start } from '@jobstream/contracts/records';
import type { DrawnJob } from '@jobstream/intake';
import { isDoomed, type AttemptEnding } from '@jobstream/lifecycle';
import type { Clock, Logger } from '@jobstream/runtime';
import { LazyAbort } from './lazy-abort.js';
import { Children } from './children.js';
import type { RegisteredHandler } from '../handlers/handler-registry.js';
import type { LineKeeper } from '../logs/attempt-log.js';
import type { Cancellations } from './cancellations.js';
import { AttemptContext } from '../handlers/attempt-context.js';
import { check, endByError, endByResult } from './handler-ending.js';
import type { RunningAttempt, RunningAttempts } from './running-attempts.js';
import type { ProgressReports } from './running-reports.js';
import type { StrayRejections } from './stray-rejections.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import { runWithin, type LimitedEnding } from './time-limit.js';

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
  /** Takes the lines of an attempt whose handler logs something. */
  keepLines(job: StartableJob): LineKeeper;
  /** Opens the reports of an attempt that starts. */
  openReports(job: StartableJob, start: Start): ProgressReports;
  readonly cancellations: Cancellations;
  readonly running: RunningAttempts;
  readonly strays: StrayRejections;
  /** Both fingerprints, if another definition of the type is in force than the one of this worker, or it has none; else undefined. */
  readonly outdated: (type: string) => string | undefined;
  observeDuration(type: string, seconds: number): void;
  /** The call of a handler has held up the event loop for so long before it returned. */
  noteBlock(job: StartableJob, ms: number): void;
  /** Whether the deaths that a job causes alone are counted: see `isDoomed`. */
  readonly runsSuspectsApart: boolean;
  /** Whether the unique keys of jobs that handlers enqueue count: in the test kit there are none. */
  readonly keysCount: boolean;
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

/** Calls the handler of a job that may start, in this process or elsewhere. Never rejects. */
export type CallHandler = (
  job: StartableJob,
  registered: RegisteredHandler,
  ports: AttemptPorts,
  stop: AbortSignal | undefined,
) => Promise<Attempted>;

/**
 * Runs one attempt of a job. It does not call the handler when too many owners of the claim have died in the attempt, when the job
 * is cancelled or has expired, when its type is unknown, or when its payload breaks the schema. The schema is code of the program, so
 * it is asked where the handler runs: a pattern may take as long as any handler. Never rejects.
 * @param call default: in this process
 */
export function attempt(
  job: StartableJob,
  registered: RegisteredHandler | undefined,
  brokerNow: number,
  ports: AttemptPorts,
  claim?: AttemptClaim,
  call: CallHandler = callHere,
): Attempted | Promise<Attempted> {
  const { request } = job;
  const policy = registered?.definition.onOwnerDeath ?? 'rerun';
  if (claim && isDoomed(claim.deaths, policy, ports.runsSuspectsApart)) {
    return { ending: { kind: 'owner-died', deaths: claim.deaths } };
  }
  if (ports.cancellations.has(job)) return { ending: { kind: 'cancelled' } };
  if (registered === undefined)
    return refuse({ kind: 'unknown-type', type: request.type }, request.type, ports);
  if (hasExpired(request, job.attempt, brokerNow)) return { ending: { kind: 'expired' } };
  return call(job, registered, ports, claim?.signal);
}

type Refusal = Extract<AttemptEnding, { readonly kind: 'unknown-type' | 'invalid-payload' }>;

/**
 * Does not call the handler. Where a worker of another deployment may take the job, this counts as an attempt: the retry's record
 * tells who began it.
 */
export function refuse(refusal: Refusal, type: string, { outdated, worker, clock }: AttemptPorts): Attempted {
  const both = outdated(type);
  if (both === undefined) return { ending: refusal };
  const ending =
    refusal.kind === 'unknown-type' ? refusal : { ...refusal, detail: `${refusal.detail}\n${both}` };
  return { ending: { ...ending, isOutdated: true }, start: { worker, at: writeStart(clock.now()) } };
}

const writeStart = timeWriter();

async function callHere(
  job: StartableJob,
  { definition, handler }: RegisteredHandler,
  ports: AttemptPorts,
  stop: AbortSignal | undefined,
): Promise<Attempted> {
  const payload = check(definition.payload, job.request.payload);
  if ('detail' in payload)
    return refuse({ kind: 'invalid-payload', detail: payload.detail }, definition.type, ports);
  const { clock, threads, logger, strays } = ports;
  const collected = new Children(job, clock, ports.keysCount);
  const work = ({ running, startedAt, report, keepLines }: OpenCall) => {
    const context = new AttemptContext(definition, job, {
      logger,
      clock,
      threads,
      lazyAbort: running.lazyAbort,
      children: collected,
      report,
      keepLines,
    });
    if (logger.isLevelEnabled('debug')) context.workerLogger.debug('attempt started');
    try {
      return strays.call(running, () => handler.handle(payload.data, context));
    } finally {
      const ms = performance.now() - startedAt;
      if (ms > maxBlockMs) ports.noteBlock(job, ms);
    }
  };
  const { start, ended } = await runAsAttempt(job, definition, ports, { stop, isHere: true, work });
  const children = collected.end();
  switch (ended.kind) {
    case 'returned':
      return { ending: endByResult(definition.result, ended.result), start, children };
    case 'threw':
      return { ending: endByError(ended.thrown), start };
    case 'timed-out':
      return { ending: endByStop(job, definition, ports), start };
  }
}

/** A handler that holds up the event loop for longer is named. */
const maxBlockMs = 1_000;

/** What the call of a handler has from its attempt. */
export interface OpenCall {
  readonly running: RunningAttempt;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** See `JobContext.progress`. */
  report(progress: unknown): void;
  /** Takes the lines that the handler logs. */
  keepLines(this: void): LineKeeper;
}

/** The call of a handler. */
export interface HandlerWork<Result> {
  /** Stops it, as the end of its time does. */
  readonly stop: AbortSignal | undefined;
  /** Whether the handler runs in this process. */
  readonly isHere: boolean;
  work(call: OpenCall): Promise<Result> | Result;
}

/** Runs work as the call of a handler: dated, reported as running, within the time of its type, stopped by a cancel or by `stop`. */
export async function runAsAttempt<Result>(
  job: StartableJob,
  { type, timeoutMs }: JobDefinition,
  ports: AttemptPorts,
  { stop, isHere, work }: HandlerWork<Result>,
): Promise<{ readonly start: Start; readonly ended: LimitedEnding<Result> }> {
  const { clock, worker, graceMs } = ports;
  const start: Start = { worker, at: writeStart(clock.now()) };
  const startedAt = performance.now();
  const reports = ports.openReports(job, start);
  const lazyAbort = new LazyAbort();
  const running: RunningAttempt = { job, lazyAbort, isHere };
  const endRunning = ports.running.began(running);
  let lines: LineKeeper | undefined;
  const call: OpenCall = {
    running,
    startedAt,
    report: (progress) => reports.report(progress),
    keepLines: () => (lines ??= ports.keepLines(job)),
  };
  const ended = await runWithin({ timeoutMs, graceMs }, lazyAbort, () => work(call), stop);
  endRunning();
  reports.end();
  lines?.end();
  ports.observeDuration(type, (performance.now() - startedAt) / 1_000);
  return { start, ended };
}

/** The ending of an attempt that was told to stop and has not returned a result. */
export function endByStop(
  job: StartableJob,
  { timeoutMs }: JobDefinition,
  { cancellations }: AttemptPorts,
): AttemptEnding {
  return cancellations.has(job) ? { kind: 'cancelled' } : { kind: 'timed-out', timeoutMs };
}

/** Only a first attempt can expire, even if a worker has begun it and died: no record tells of that. */
function hasExpired({ expiresAt }: JobRequest, attemptToStart: number, brokerNow: number): boolean {
  return expiresAt !== undefined && attemptToStart === 1 && Date.parse(expiresAt) <= brokerNow;
}
