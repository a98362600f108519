import type { TopicRole } from '@jobstream/contracts';
import type { Clock } from '@jobstream/runtime';
import type { Copies } from '../admission/copies.js';
import type { KeyOrder } from '../admission/key-order.js';
import type { LimitGate } from '../admission/limit-gate.js';
import { readRecord, type ReadRecord } from '../admission/record-reading.js';
import type { RetriesInPlace } from '../admission/retries-in-place.js';
import type { StartableJob } from '../admission/startable-job.js';
import { DeliveryLost, type Stay } from '../admission/stay.js';
import type { SuspectGate } from '../admission/suspect-gate.js';
import type { TypeGate } from '../admission/type-gate.js';
import type { ApartAttempts } from '../apart/apart-attempts.js';
import { attempt, type AttemptPorts, type Attempted } from '../attempt/attempt.js';
import type { AdmittedClaim } from '../claims/admitted-claim.js';
import type { ClaimEntry, ClaimGate } from '../claims/claim-gate.js';
import { recordOutcome } from '../claims/recorded-outcome.js';
import { cellNeedOf, type Handlers } from '../handlers/handlers.js';
import type { AttemptOutcomes, DecidedAttempt } from '../outcome/attempt-outcomes.js';
import type { OutcomeWriter } from '../outcome/outcome-writer.js';

/** The parts of the pipeline, in the order in which a delivery meets them. */
export interface DeliveryPipelineOptions {
  roleOf(this: void, topic: string): TopicRole | undefined;
  readonly keyOrder: KeyOrder;
  readonly copies: Copies;
  readonly retriesInPlace: RetriesInPlace;
  readonly claimGate: ClaimGate;
  readonly typeGate: TypeGate;
  readonly limitGate: LimitGate;
  readonly suspectGate: SuspectGate;
  /** Runs the attempts of suspects and of isolated jobs. */
  readonly apart: ApartAttempts;
  readonly handlers: Handlers;
  /** The broker's time: jobs expire by it. */
  readonly clock: Clock;
  /**
   * Reads the job types to their present end. Given where {@link handlers} follow from them: a job may be quicker than its type.
   * Undefined where the handlers are fixed.
   */
  readonly readTypes: (() => Promise<void>) | undefined;
  readonly attempts: AttemptPorts;
  readonly outcomes: AttemptOutcomes;
  readonly writer: OutcomeWriter;
  /** The worker itself failed at the delivery. No record may cause that: it is a fault of ours. */
  onFailed(stay: Stay, cause: unknown): void;
}

/** An attempt that may start, under its claim if it needs one; or what the claim says instead. */
type Admission =
  | {
      readonly kind: 'admitted';
      readonly job: StartableJob;
      readonly claim: AdmittedClaim | undefined;
      /** Whether it runs alone in a process, as a suspect. */
      readonly isApart: boolean;
    }
  | Exclude<ClaimEntry, { readonly kind: 'taken' }>;

/**
 * Works on deliveries, each from its first slot to its acknowledged outcome:
 *
 * 1. Read the record. A record without a readable job is set aside.
 * 2. Take the ordering key: wait behind the deliveries of the key that came before.
 * 3. Complete a copy of an attempt that this worker has taken already; it is not run.
 * 4. When an earlier process has retried the job in place, wait for its next attempt.
 * 5. Run an attempt: pass its claim, the gate of its type, the limits of its queue and, if it is a suspect, the gate of those. Begin:
 *    from here on the delivery ends as done or abandoned. Call the handler, unless the job is cancelled, expired, of an unknown type
 *    or invalid. A suspect's is called in a process of its own, again after each death of that process, up to three deaths.
 * 6. Write the outcome, to the claim first, then to the log. A claim may hold an outcome already (it is written again), or be past
 *    the attempt (nothing is written). After a retry in place, wait until the next attempt is due and return to step 5.
 *
 * Invariants: a delivery is done once the log has acknowledged its outcome, never sooner. A job that meets no gate reaches its
 * handler without an `await`, in the turn in which it gets its slot. A limit always gives the slot back and takes one again
 * (`Stay.wait`); a claim keeps its slot while Postgres answers within 250 ms. When the partition is lost, or the worker drains, the
 * wait ends with `DeliveryLost`.
 */
export class DeliveryPipeline {
  constructor(private readonly options: DeliveryPipelineOptions) {}

  /** Starts with a delivery that has its first slot. */
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
    if (!keyOrder.tryTake(stay)) await keyOrder.awaitTurn(stay);
    if (copies.isCopy(stay)) return stay.completeWithoutRunning();
    if (retriesInPlace.hasUsedAttempts(stay)) job = await retriesInPlace.resume(stay, job);
    for (;;) {
      const decided = await this.runAttempt(stay, job);
      if (decided?.outcome.kind !== 'retry-in-place') return;
      job = await retriesInPlace.awaitNext(stay, decided.ended, decided.outcome.delayMs);
    }
  }

  private leave(stay: Stay): void {
    try {
      stay.leave();
    } catch (error) {
      this.options.onFailed(stay, error);
    }
  }

  /** Steps 5 and 6. @returns the attempt with its outcome, once that is acknowledged; undefined when there is none */
  private async runAttempt(stay: Stay, asked: StartableJob): Promise<DecidedAttempt | undefined> {
    const { claimGate, typeGate, limitGate, outcomes, writer } = this.options;
    const isGated =
      claimGate.appliesTo(asked) ||
      typeGate.appliesTo(asked) ||
      limitGate.appliesTo(asked) ||
      this.isSuspect(stay, asked);
    const admission: Admission = isGated
      ? await this.admit(stay, asked)
      : { kind: 'admitted', job: asked, claim: undefined, isApart: false };
    if (admission.kind === 'outdated') return void stay.completeWithoutRunning();
    if (admission.kind === 'repeat') {
      const job = { ...asked, attempt: admission.attempt };
      return this.republishOutcome(stay, outcomes.read(stay, job, admission.outcome));
    }
    const { job, claim, isApart } = admission;
    stay.begin();
    claim?.start();
    let attempted = await this.attemptWhereDue(stay, job, claim, isApart);
    // Its partition or its claim was lost between two tries: whoever has it next knows of its deaths and goes on.
    if (attempted === undefined) return void claim?.leaveToLease();
    if (isRefused(attempted) && (await this.learnsMore(job))) attempted = await this.attempt(job, claim);
    stay.handlerEnded();
    // The attempt was stopped when its claim was lost: whether it would have failed is unknown.
    if (claim?.isLost && attempted.ending.kind !== 'returned') return void claim.leaveToLease();
    const decided = outcomes.decide(stay, job, attempted);
    if (claim && !(await claim.end(recordOutcome(decided.ended, decided.outcome)))) return undefined;
    return finish(stay, decided, await writer.write(stay.delivery, decided.ended, decided.outcome));
  }

  /** A suspect's attempt runs apart, an isolated job's in a cell as its definition says, any other in the worker. */
  private attemptWhereDue(
    stay: Stay,
    job: StartableJob,
    claim: AdmittedClaim | undefined,
    isApart: boolean,
  ): Attempted | Promise<Attempted | undefined> {
    const { apart, handlers } = this.options;
    if (isApart) return apart.ofSuspect(stay.delivery, job, claim);
    const need = cellNeedOf(handlers, job.request.type);
    return need === undefined ? this.attempt(job, claim) : apart.ofIsolated(job, claim, need);
  }

  private attempt(job: StartableJob, claim: AdmittedClaim | undefined): Attempted | Promise<Attempted> {
    const { handlers, clock, attempts } = this.options;
    return attempt(job, handlers.get(job.request.type), clock.now(), attempts, claim);
  }

  /** An isolated job cannot have ended a worker. */
  private isSuspect(stay: Stay, { request: { type } }: StartableJob): boolean {
    const { suspectGate, handlers } = this.options;
    return suspectGate.appliesTo(stay) && cellNeedOf(handlers, type)?.kind !== 'process';
  }

  /** Whether the worker has another definition of the job's type once it has read the types to their end. */
  private async learnsMore({ request: { type } }: StartableJob): Promise<boolean> {
    const { handlers, readTypes } = this.options;
    const before = handlers.get(type)?.definition;
    await readTypes?.();
    return handlers.get(type)?.definition !== before;
  }

  /** Passes the gates of one attempt: its claim, that of its type, its limits, then that of suspects. @throws DeliveryLost */
  private async admit(stay: Stay, asked: StartableJob): Promise<Admission> {
    const { claimGate, typeGate, limitGate, suspectGate } = this.options;
    for (;;) {
      stay.leaveGates();
      const entry = claimGate.appliesTo(asked) ? await claimGate.enter(stay, asked) : undefined;
      if (entry && entry.kind !== 'taken') return entry;
      const claim = entry?.claim;
      const job = claim ? { ...asked, attempt: claim.attempt } : asked;
      // Before the limits: a permit would be taken from types that could use it.
      if (typeGate.appliesTo(job)) await typeGate.enter(stay, job);
      if (limitGate.appliesTo(job)) await limitGate.enter(stay, job);
      // The last one: its places are few, and a job that had one could wait long for its claim.
      const isApart = this.isSuspect(stay, job) && (await suspectGate.enter(stay));
      // A claim that was lost while its job waited for a limit may be another worker's by now: ask for it again.
      if (!claim?.isLost) return { kind: 'admitted', job, claim, isApart };
    }
  }

  /** Writes the outcome that the claim has recorded: the log may lack it, if the owner of the claim died before it wrote it. */
  private async republishOutcome(stay: Stay, decided: DecidedAttempt): Promise<DecidedAttempt | undefined> {
    stay.begin();
    const { ended, outcome } = decided;
    return finish(stay, decided, await this.options.writer.republish(stay.delivery, ended, outcome));
  }

  private async setAside(stay: Stay, fault: Extract<ReadRecord, { kind: 'poison' }>): Promise<void> {
    stay.begin();
    stay.freeSlot();
    if (await this.options.writer.setAside(stay.delivery, fault)) stay.done();
  }
}

/** Whether the job was refused by its definition, or for lack of one. */
function isRefused({ ending: { kind } }: Attempted): boolean {
  return kind === 'unknown-type' || kind === 'invalid-payload';
}

/**
 * After an acknowledged outcome the delivery is done, unless its job is retried in place. Without the acknowledgement it is
 * abandoned when it leaves.
 */
function finish(stay: Stay, decided: DecidedAttempt, isAcknowledged: boolean): DecidedAttempt | undefined {
  if (!isAcknowledged) return undefined;
  if (decided.outcome.kind !== 'retry-in-place') stay.done();
  return decided;
}
