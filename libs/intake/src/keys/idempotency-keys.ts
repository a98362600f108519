import { setTimeout as delay } from 'node:timers/promises';
import type { JobId } from '@jobstream/contracts';
import { isUnavailable } from '@jobstream/database';
import { IntakeError } from '../intake-error.js';
import { fingerprintOf } from '@jobstream/contracts';
import type { KeyScope } from './idempotency-key.js';
import { nameOf, type KeyState, type KeyStore } from './key-store.js';

interface Running {
  readonly fingerprint: string;
  readonly answer: Promise<unknown>;
}

const pollMs = 50;
/** Longer than the time after which a claim is abandoned, so that a waiting request takes over before it gives up. */
const maxPolls = 300;

/** A request that is performed once. */
export interface KeyedRequest<Answer> {
  /** Must be equal for the same key. It is checked already: a faulty request takes no key. */
  readonly body: unknown;
  /**
   * Performs the request under an id (of the job, or the seed of a batch). It may be called again with the same id.
   * @param before the unfinished answer of the try before, if there was one
   */
  perform(id: JobId, before: Answer | undefined): Promise<Answer>;
  /**
   * Whether an answer is final. The key keeps final answers only: after another one the next request is performed again. Default:
   * every answer is final.
   */
  isFinished?(answer: Answer): boolean;
}

/**
 * Performs requests with an Idempotency-Key once: the first of a key and body is performed, all others get its answer. The row of
 * the key holds the id and is written before any record is produced, so a request whose process died in between is produced again
 * as the same job.
 */
export class IdempotencyKeys {
  /** The keys that this process works on now: all callers of a key share one claim. */
  private readonly running = new Map<string, Running>();

  /** @param drawId gives a new id, as `JobIntake.drawId` does */
  constructor(
    private readonly store: KeyStore,
    private readonly drawId: () => Promise<JobId>,
  ) {}

  /**
   * Performs a request, or gives its earlier answer.
   * @throws IntakeError `idempotency_key_reused`; `database_unavailable`; `submit_unknown` when another process holds the key
   * for 15 s; and the errors of `perform`
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
          if (polls >= maxPolls) {
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
      // If this fails too, the claim counts as abandoned ten seconds later.
      await this.store.abandon(scope).catch(() => undefined);
      throw error;
    }
    if (request.isFinished?.(answer) === false) {
      await this.store.abandon(scope, answer).catch(() => undefined);
      return answer;
    }
    // The log has the job: if its answer cannot be kept now, the next request produces it again under the same id.
    return this.store.answer(scope, id, answer).catch(() => answer) as Promise<Answer>;
  }

  private async claim(scope: KeyScope, fingerprint: string): Promise<KeyState> {
    const id = await this.drawId();
    return this.store.claim({ scope, fingerprint, id }).catch((cause: unknown) => {
      if (!isUnavailable(cause)) throw cause;
      throw new IntakeError(
        'database_unavailable',
        'A request with an Idempotency-Key needs the database, which cannot be reached. Send it again later.',
        { cause },
      );
    });
  }
}
