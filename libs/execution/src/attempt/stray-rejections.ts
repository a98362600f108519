import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '@jobstream/runtime';
import type { RunningAttempt, RunningAttempts } from './running-attempts.js';

/** Who is at fault for a rejected promise that nobody awaits. */
export type StrayVerdict<Attempt> =
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  /** One of these, or one that has ended before. */
  | { readonly kind: 'unknown'; readonly among: readonly Attempt[] }
  /** No attempt: it is a fault of the worker. */
  | { readonly kind: 'worker' };

/** What is known of a rejection. */
export interface StrayFacts<Attempt> {
  /** The attempt in whose course the promise was made; undefined where it was made in none, or in one that is not tracked. */
  readonly origin: Attempt | undefined;
  /** Whether attempts that start now are tracked. */
  readonly isTracking: boolean;
  /** Attempts that run and are not tracked. */
  readonly untracked: readonly Attempt[];
}

/** Decides who is at fault. An attempt that is the only one it can be is at fault without a proof. */
export function judgeStray<Attempt>({
  origin,
  isTracking,
  untracked,
}: StrayFacts<Attempt>): StrayVerdict<Attempt> {
  if (origin !== undefined) return { kind: 'attempt', attempt: origin };
  const [first, ...others] = untracked;
  if (first !== undefined && others.length === 0) return { kind: 'attempt', attempt: first };
  return first === undefined && isTracking ? { kind: 'worker' } : { kind: 'unknown', among: untracked };
}

const maxNamed = 100;

/**
 * Rejected promises that nobody awaits, an ordinary bug of a handler: the attempt that made one fails, and the process lives.
 *
 * To know which one that is, Node has to follow every promise, which each job would pay for. So attempts are tracked only from the
 * first such rejection on. Until then the attempt is known if it is the only one.
 */
export class StrayRejections {
  private readonly origins = new AsyncLocalStorage<RunningAttempt>();
  private readonly tracked = new WeakSet<RunningAttempt>();
  private isTracking = false;

  constructor(
    private readonly running: Pick<RunningAttempts, 'here' | 'includes'>,
    private readonly logger: Logger,
  ) {}

  /** Calls a handler, so that its rejections are known. */
  call<Result>(attempt: RunningAttempt, work: () => Result): Result {
    if (!this.isTracking) return work();
    this.tracked.add(attempt);
    return this.origins.run(attempt, work);
  }

  /** Takes a rejection, in the turn in which Node reports it. @returns whether the process may live on */
  take(error: unknown): boolean {
    const verdict = judgeStray({
      origin: this.origins.getStore(),
      isTracking: this.isTracking,
      untracked: [...this.running.here()].filter((attempt) => !this.tracked.has(attempt)),
    });
    this.isTracking = true;
    switch (verdict.kind) {
      case 'attempt':
        this.fail(verdict.attempt, error);
        return true;
      case 'unknown': {
        const jobs = verdict.among.slice(0, maxNamed).map(({ job }) => job.request.id);
        this.logger.error(
          { err: error, jobs },
          'rejection handled by nobody: one of these attempts, or an ended one',
        );
        return true;
      }
      case 'worker':
        return false;
    }
  }

  private fail(attempt: RunningAttempt, error: unknown): void {
    const { request, run, attempt: number } = attempt.job;
    const isRunning = this.running.includes(attempt);
    this.logger.error(
      { err: error, job: request.id, type: request.type, run, attempt: number },
      `rejection handled by nobody: ${isRunning ? 'its attempt fails' : 'its attempt has ended'}`,
    );
    if (isRunning) attempt.lazyAbort.fail(error);
  }
}
