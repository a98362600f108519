import { defaultParkAfter } from '@jobstream/contracts';
import { timeWriter } from '@jobstream/contracts/records';
import type { Delivery } from '@jobstream/kafka';
import { decideOutcome, type Outcome } from '@jobstream/lifecycle';
import type { Clock } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import type { Attempted } from '../attempt/attempt.js';
import { readOutcome } from '../claims/recorded-outcome.js';
import { ladderOf, typeLabelOf, type Handlers } from '../handlers/handlers.js';
import type { EndedAttempt } from './outcome-records.js';

export interface AttemptOutcomesOptions {
  readonly handlers: Handlers;
  /** The broker's time. */
  readonly clock: Clock;
  /** The delays of the retry lanes that exist. */
  lanesMs(): Iterable<number>;
}

/** The delivery whose attempt has ended; a `Stay` is one. */
export interface EndedStay {
  readonly delivery: Pick<Delivery, 'record'>;
  /** See `AttemptFacts.waitedInPlaceMs`. */
  readonly waitedInPlaceMs: number;
}

/** An attempt that has ended, and its outcome. */
export interface DecidedAttempt {
  readonly ended: EndedAttempt;
  readonly outcome: Outcome;
}

/** Decides the outcomes of attempts, by the definition of their type (`decideOutcome`), and dates them. */
export class AttemptOutcomes {
  private readonly writeEnd = timeWriter();

  constructor(private readonly options: AttemptOutcomesOptions) {}

  /** The outcome of an attempt that has just ended. */
  decide(stay: EndedStay, job: StartableJob, { ending, start, children = [] }: Attempted): DecidedAttempt {
    const { handlers, clock } = this.options;
    const { type, maxAttempts, orderingKey } = job.request;
    const outcome = decideOutcome(
      {
        run: job.run,
        parkAfter: handlers.get(type)?.definition.parkAfter ?? defaultParkAfter,
        attempt: job.attempt,
        maxAttempts,
        backoffMs: ladderOf(handlers, type),
        lanesMs: this.options.lanesMs(),
        waitedInPlaceMs: orderingKey === undefined ? undefined : stay.waitedInPlaceMs,
      },
      ending,
    );
    const waitsOffLane = outcome.kind === 'retry-in-place' || outcome.kind === 'retry-delayed';
    const ended: EndedAttempt = {
      job,
      type: typeLabelOf(handlers, type),
      source: stay.delivery.record,
      start,
      children,
      finishedAt: this.writeEnd(clock.now()),
      dueAt: waitsOffLane ? clock.now() + outcome.delayMs : undefined,
    };
    return { ended, outcome };
  }

  /** Reads the outcome that a claim has recorded. */
  read({ delivery }: EndedStay, job: StartableJob, recorded: string): DecidedAttempt {
    const { outcome, ended } = readOutcome(recorded);
    const type = typeLabelOf(this.options.handlers, job.request.type);
    return { ended: { ...ended, job, type, source: delivery.record }, outcome };
  }
}
