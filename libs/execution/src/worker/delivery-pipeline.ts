import type { TopicRole } from '@jobstream/contracts';
import type { Clock } from '@jobstream/runtime';
import type { Copies } from '../admission/copies.js';
import type { KeyOrder } from '../admission/key-order.js';
import type { LimitGate } from '../admission/limit-gate.js';
import { readRecord, type ReadRecord } from '../admission/record-reading.js';
import type { RetriesInPlace } from '../admission/retries-in-place.js';
import type { StartableJob } from '../admission/startable-job.js';
import { DeliveryLost, type Stay } from '../admission/stay.js';
import { attempt, type AttemptPorts } from '../attempt/attempt.js';
import type { AdmittedClaim } from '../claims/admitted-claim.js';
import type { ClaimGate } from '../claims/claim-gate.js';
import { recordOutcome } from '../claims/recorded-outcome.js';
import type { Handlers } from '../handlers/handlers.js';
import type { AttemptOutcomes, DecidedAttempt } from '../outcome/attempt-outcomes.js';
import type { OutcomeWriter } from '../outcome/outcome-writer.js';

/** What {@link DeliveryPipeline} takes, in the order in which a delivery comes to it. */
export interface DeliveryPipelineOptions {
  roleOf(this: void, topic: string): TopicRole | undefined;
  readonly keyOrder: KeyOrder;
  readonly copies: Copies;
  readonly retriesInPlace: RetriesInPlace;
  readonly claims: ClaimGate;
  readonly limits: LimitGate;
  readonly handlers: Handlers;
  /** The broker's time: what has expired goes by it. */
  readonly clock: Clock;
  readonly attempts: AttemptPorts;
  readonly outcomes: AttemptOutcomes;
  readonly writer: OutcomeWriter;
  /** The worker itself failed at the record, which no record may make it do. */
  onFailed(stay: Stay, cause: unknown): void;
}

/**
 * What becomes of one delivery, from its first slot to its acknowledged outcome:
 *
 * 1. its record is read; one in which there is no job is set aside;
 * 2. its ordering key: it waits behind those of its key that came before;
 * 3. a copy of an attempt that was taken already is done;
 * 4. where an earlier process has retried it in place, it waits for the next attempt;
 * 5. an attempt is admitted by its claim and the limits of its queue, and calls the handler;
 * 6. the outcome is written; a retry in place waits for its time and goes back to 5.
 *
 * A gate that is free is passed without an `await`: a plain job comes to its handler in the turn in which it gets its slot. One
 * that is not gives the slot back meanwhile (`Stay.wait`). Where the partition is lost, or the worker drains, the wait
 * ends with `DeliveryLost`. A delivery is done when the log has acknowledged what follows from it, never sooner.
 */
export class DeliveryPipeline {
  constructor(private readonly options: DeliveryPipelineOptions) {}

  /** Begins with a delivery that has its first slot. */
  start(stay: Stay): void {
    this.work(stay).then(
      () => this.leave(stay),
      (error: unknown) => {
        if (error instanceof DeliveryLost) this.leave(stay);
        else this.options.onFailed(stay, error);
      },
    );
  }

  private async work(stay: Stay): Promise<void> {
    const { roleOf, keyOrder, copies, retriesInPlace } = this.options;
    const { record } = stay.delivery;
    const read = readRecord(record, roleOf(record.topic));
    if (read.kind === 'poison') return this.setAside(stay, read);
    let { job } = read;
    stay.job = job;
    if (!keyOrder.take(stay)) await keyOrder.turn(stay);
    if (copies.isCopy(stay)) return stay.completeWithoutRunning();
    if (retriesInPlace.concern(stay)) job = await retriesInPlace.resume(stay, job);
    for (;;) {
      const decided = await this.runAttempt(stay, job);
      if (decided?.outcome.kind !== 'retry-in-place') return;
      job = await retriesInPlace.next(stay, decided.ended, decided.outcome.delayMs);
    }
  }

  private leave(stay: Stay): void {
    try {
      stay.leave();
    } catch (error) {
      this.options.onFailed(stay, error);
    }
  }

  /** @returns what follows from the attempt, once it is written; undefined where nothing does */
  private async runAttempt(stay: Stay, asked: StartableJob): Promise<DecidedAttempt | undefined> {
    const { claims, limits, handlers, clock, attempts, outcomes, writer } = this.options;
    let job = asked;
    let claim: AdmittedClaim | undefined;
    do {
      // A claim that was lost while its job waited for a limit: whoever has taken it since may be running the job.
      stay.leaveGates();
      if (claims.concern(job)) {
        const entry = await claims.enter(stay, asked);
        if (entry.kind === 'passed') return void stay.completeWithoutRunning();
        job = { ...asked, attempt: entry.kind === 'repeat' ? entry.attempt : entry.claim.attempt };
        if (entry.kind === 'repeat') return this.republish(stay, outcomes.read(stay, job, entry.outcome));
        claim = entry.claim;
      }
      if (limits.concern(job)) await limits.enter(stay, job);
    } while (claim?.isLost);
    stay.begin();
    claim?.start();
    const attempted = await attempt(job, handlers.get(job.request.type), clock.now(), attempts, claim);
    stay.handlerEnded();
    // It was stopped: nobody knows what it would have come to.
    if (claim?.isLost && attempted.ending.kind !== 'returned') return void claim.leave();
    const decided = outcomes.decide(stay, job, attempted);
    if (claim && !(await claim.end(recordOutcome(decided.ended, decided.outcome)))) return undefined;
    return settled(stay, decided, await writer.write(stay.delivery, decided.ended, decided.outcome));
  }

  /** Produces once more what a claim says that this attempt has come to: it may not be in the log. */
  private async republish(stay: Stay, decided: DecidedAttempt): Promise<DecidedAttempt | undefined> {
    stay.begin();
    const { ended, outcome } = decided;
    return settled(stay, decided, await this.options.writer.republish(stay.delivery, ended, outcome));
  }

  private async setAside(stay: Stay, fault: Extract<ReadRecord, { kind: 'poison' }>): Promise<void> {
    stay.begin();
    stay.freeSlot();
    if (await this.options.writer.setAside(stay.delivery, fault)) stay.done();
  }
}

/** Without its acknowledgement the delivery is abandoned when it leaves; with one it is done, unless it goes on in place. */
function settled(stay: Stay, decided: DecidedAttempt, isSettled: boolean): DecidedAttempt | undefined {
  if (!isSettled) return undefined;
  if (decided.outcome.kind !== 'retry-in-place') stay.done();
  return decided;
}
