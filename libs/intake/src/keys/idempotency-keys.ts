import { setTimeout as delay } from 'node:timers/promises';
import type { JobId } from '@jobstream/contracts';
import { isUnavailable } from '@jobstream/database';
import { IntakeError } from '../intake-error.js';
import { fingerprintOf } from './fingerprint.js';
import type { KeyScope } from './idempotency-key.js';
import { nameOf, type KeyState, type KeyStore } from './key-store.js';

interface Running {
  readonly fingerprint: string;
  readonly answer: Promise<unknown>;
}

const pollMs = 50;
/** Beyond the time after which a claim is abandoned, so that whoever waits takes over before giving up. */
const mostPolls = 300;

/** A request that is to happen once. */
export interface KeyedRequest<Answer> {
  /** What has to be equal for the same key; checked already, faulty requests take no key. */
  readonly body: unknown;
  /**
   * Given the id to use (of the job, or the seed of a batch), and the unfinished answer of the attempt before, where there was
   * one. May run again with the same id.
   */
  perform(id: JobId, before: Answer | undefined): Promise<Answer>;
  /**
   * Whether an answer is one that may not change any more. One that is not goes to whoever asked, and leaves the key
   * unanswered: the next request performs again. Default: every answer is.
   */
  isFinished?(answer: Answer): boolean;
}

/**
 * Makes requests with an Idempotency-Key happen once: the first is performed, all others of the same key and body get
 * its answer. The key's row is written before anything is produced and holds the id, so that even a request whose
 * process died between is produced again as the same job.
 */
export class IdempotencyKeys {
  /** What this process performs or waits for at the moment, so that its callers share one claim. */
  private readonly running = new Map<string, Running>();

  /** @param drawId what an id is drawn by, see `JobIntake.drawId` */
  constructor(
    private readonly store: KeyStore,
    private readonly drawId: () => Promise<JobId>,
  ) {}

  /**
   * Performs a request, or answers what was answered before.
   * @throws IntakeError `idempotency_key_reused`, `database_unavailable`, `submit_unknown` when someone else holds the
   * key for longer than is waited, and whatever `perform` throws
   */
  async once<Answer>(scope: KeyScope, request: KeyedRequest<Answer>): Promise<Answer> {
    const name = nameOf(scope);
    const fingerprint = fingerprintOf(request.body);
    for (;;) {
      const running = this.running.get(name);
      if (running === undefined) break;
      if (running.fingerprint === fingerprint) return (await running.answer) as Answer;
      await running.answer.catch(() => undefined);
    }
    const answer = this.claimAndPerform(scope, fingerprint, request);
    this.running.set(name, { fingerprint, answer });
    try {
      return await answer;
    } finally {
      this.running.delete(name);
    }
  }

  private async claimAndPerform<Answer>(
    scope: KeyScope,
    fingerprint: string,
    request: KeyedRequest<Answer>,
  ): Promise<Answer> {
    for (let polls = 0; ; polls++) {
      const state = await this.claim(scope, fingerprint);
      switch (state.kind) {
        case 'claimed':
          return this.performClaimed(scope, state, request);
        case 'answered':
          return state.answer as Answer;
        case 'reused':
          throw new IntakeError(
            'idempotency_key_reused',
            'This Idempotency-Key came with another body within the last 24 hours. Take a new key for a new request.',
          );
        case 'taken':
          if (polls >= mostPolls) {
            const detail =
              'Another request with this Idempotency-Key has no answer yet. Send it again later.';
            throw new IntakeError('submit_unknown', detail, { id: state.id });
          }
          await delay(pollMs);
      }
    }
  }

  private async performClaimed<Answer>(
    scope: KeyScope,
    { id, before }: Extract<KeyState, { kind: 'claimed' }>,
    request: KeyedRequest<Answer>,
  ): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await request.perform(id, before as Answer | undefined);
    } catch (error) {
      // Where this fails too, Postgres' clock does it ten seconds later.
      await this.store.abandon(scope).catch(() => undefined);
      throw error;
    }
    if (request.isFinished?.(answer) === false) {
      await this.store.abandon(scope, answer).catch(() => undefined);
      return answer;
    }
    // The log has it: an answer that can't be kept now is found again under the same id by the next request.
    return this.store.answer(scope, id, answer).catch(() => answer) as Promise<Answer>;
  }

  private async claim(scope: KeyScope, fingerprint: string): Promise<KeyState> {
    const id = await this.drawId();
    return this.store.claim({ scope, fingerprint, id }).catch((cause: unknown) => {
      if (!isUnavailable(cause)) throw cause;
      throw new IntakeError(
        'database_unavailable',
        'A request with an Idempotency-Key needs the database, which can not be reached. Send it again later.',
        { cause },
      );
    });
  }
}
