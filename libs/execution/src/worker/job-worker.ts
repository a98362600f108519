import { defaultParkAfter, type TopicRole } from '@jobstream/contracts';
import { timeWriter } from '@jobstream/contracts/records';
import type { Delivery, IncomingRecord, TopicPartition } from '@jobstream/kafka';
import { decideOutcome, isDoomed, retryDelay, type AttemptEnding, type Outcome } from '@jobstream/lifecycle';
import type { Dismissal, Entrant, Leave, LimitRule } from '@jobstream/limits';
import type { Clock } from '@jobstream/runtime';
import { attempt, type Attempted, type AttemptPorts } from '../attempt/attempt.js';
import { ClaimGate, type ClaimCandidate } from '../claims/claim-gate.js';
import type { OwnClaim } from '../claims/claim-leases.js';
import type { Claims } from '../claims/claims.js';
import { readOutcome, recordOutcome } from '../claims/recorded-outcome.js';
import { CopyMemory } from '../admission/copy-memory.js';
import type { FreeSlot, Waiting } from '../slots/delivery-scheduler.js';
import type { RegisteredHandler } from '../handlers/handler-registry.js';
import { KeyOrder } from '../admission/key-order.js';
import type { EndedAttempt } from '../outcome/outcome-records.js';
import type { OutcomeWriter } from '../outcome/outcome-writer.js';
import { readRecord } from '../admission/record-reading.js';
import type { StartableJob } from '../admission/startable-job.js';
import { unknownTypeLabel, type WorkerMetrics } from './worker-metrics.js';

/** What {@link JobWorker} takes. */
export interface JobWorkerOptions {
  readonly handlers: ReadonlyMap<string, RegisteredHandler>;
  readonly writer: OutcomeWriter;
  readonly metrics: WorkerMetrics;
  /** The broker's time: what expires, waits and is dated goes by it. */
  readonly clock: Clock;
  readonly attempts: AttemptPorts;
  readonly claims: Claims;
  readonly limits: StartLimits;
  /** The delays of the retry lanes that exist. */
  lanesMs(): Iterable<number>;
  roleOf(topic: string): TopicRole | undefined;
  /** Has deliveries worked on after all that wait. */
  accept(deliveries: readonly Delivery[]): void;
  /** Has it worked on next. */
  putFirst(waiting: Waiting): void;
  /** Has it worked on from `dueAt` on, by the broker's time. */
  putOff(dueAt: number, waiting: Waiting): void;
}

/** What may keep a job from starting now. */
export interface StartLimits {
  /** Empty for nothing. */
  rulesOf(payload: unknown): readonly LimitRule[];
  enter(rules: readonly LimitRule[], entrant: Entrant): Promise<Leave | Dismissal>;
}

type Position = Pick<IncomingRecord, 'topic' | 'partition' | 'offset'>;

/** A record whose work has begun and not ended. */
interface Ongoing {
  readonly delivery: Delivery;
  /** The job at its present attempt; undefined where none could be read. */
  job: StartableJob | undefined;
  /** The attempt that the record asks for; later ones follow in place. */
  readonly firstAttempt: number;
  /** How long it has waited in place between its attempts, all waits together. */
  waitedInPlaceMs: number;
}

/** The record of an ordered job that is being abandoned. */
interface AbandonedRecord {
  readonly record: IncomingRecord;
  readonly key: string;
  /** Its new delivery, where it is handed over again at once. */
  again: Delivery | undefined;
}

/**
 * Works on deliveries, from the record to its acknowledged outcome: a delivery is done when the log has acknowledged what
 * follows from it, never sooner.
 */
export class JobWorker {
  private readonly copies = new CopyMemory();
  private readonly order = new KeyOrder();
  private readonly ongoing = new Set<Ongoing>();
  private readonly gate: ClaimGate;
  private readonly writeEnd = timeWriter();
  private claimants = 0;
  private abandoned: AbandonedRecord | undefined;

  constructor(private readonly options: JobWorkerOptions) {
    this.gate = new ClaimGate(options.claims, options.putFirst);
  }

  /** What waits for a slot with a delivery that has not begun. */
  enlist(delivery: Delivery, dropped: () => void = () => undefined): Waiting {
    const waiting: Waiting = { delivery, work: (freeSlot) => this.work(delivery, freeSlot), dropped };
    const abandoned = this.abandoned;
    if (abandoned === undefined || !isSameRecord(abandoned.record, delivery.record)) return waiting;
    abandoned.again = delivery;
    return { ...waiting, isNext: true, dropped: () => this.passOn(abandoned.key) };
  }

  /** These partitions are no longer held. What of them still runs here is remembered: its copies may come with them. */
  forget(partitions: readonly TopicPartition[]): void {
    this.gate.dropLost();
    this.copies.forget(partitions);
    this.order.dropLost();
    for (const { delivery, job, firstAttempt } of this.ongoing) {
      if (job) this.copies.meet(delivery.record, attemptOf(job, firstAttempt), delivery.record.offset);
    }
  }

  /** How many jobs of these partitions are being worked on. */
  countIn(partitions: readonly TopicPartition[]): number {
    const names = new Set(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
    const within = ({ delivery: { record } }: Ongoing) => names.has(`${record.topic}/${record.partition}`);
    return [...this.ongoing].filter(within).length;
  }

  /** Begins nothing any more that waits for its claim. */
  drain(): void {
    this.gate.drain();
  }

  /** The job that is being worked on at a position; undefined where none is. */
  jobAt(position: Position): string | undefined {
    for (const { delivery, job } of this.ongoing) {
      if (isSameRecord(delivery.record, position)) return job?.request.id;
    }
    return undefined;
  }

  private async work(delivery: Delivery, freeSlot: FreeSlot): Promise<void> {
    const { record } = delivery;
    const read = readRecord(record, this.options.roleOf(record.topic));
    const job = read.kind === 'job' ? read.job : undefined;
    const key = job?.request.orderingKey;
    if (key !== undefined && !this.order.take(key, delivery)) return;
    const ongoing: Ongoing = { delivery, job, firstAttempt: job?.attempt ?? 0, waitedInPlaceMs: 0 };
    if (read.kind === 'poison') {
      if (!this.begin(ongoing)) return;
      freeSlot();
      this.end(ongoing, await this.options.writer.setAside(delivery, read));
    } else if (this.isCopy(delivery, read.job)) {
      this.pass(ongoing);
    } else {
      await this.startOrGoOn(ongoing, read.job, freeSlot);
    }
  }

  /** @returns false where its partition is gone, or nothing may begin any more */
  private begin(ongoing: Ongoing): boolean {
    if (this.ongoing.has(ongoing)) return true;
    const begun = ongoing.delivery.begin();
    if (begun) this.ongoing.add(ongoing);
    else this.passOn(ongoing.job?.request.orderingKey);
    return begun;
  }

  /** There is nothing to do for it. */
  private pass(ongoing: Ongoing): void {
    if (this.begin(ongoing)) this.end(ongoing, true);
  }

  /** It waited, and will not have its turn here. */
  private drop(ongoing: Ongoing): void {
    if (this.ongoing.has(ongoing)) this.end(ongoing, false);
    else this.passOn(ongoing.job?.request.orderingKey);
  }

  private isCopy(delivery: Delivery, job: StartableJob): boolean {
    const novelty = this.copies.meet(delivery.record, attemptOf(job, job.attempt), delivery.record.offset);
    if (novelty === 'copy') this.options.metrics.countCopy();
    if (novelty === 'again') this.options.metrics.countRerun(this.labelOf(job));
    return novelty === 'copy';
  }

  /**
   * Where an earlier process has used attempts in place, when the next one is due went with it: the whole delay is waited
   * again rather than cut short. What was waited before counts by the ladder.
   */
  private startOrGoOn(ongoing: Ongoing, job: StartableJob, freeSlot: FreeSlot): Promise<void> | void {
    const { attemptsUsed } = ongoing.delivery;
    if (attemptsUsed === 0) return this.start(ongoing, job, freeSlot);
    // Anyone may commit for the group: what a commit says brings no job beyond its last attempt.
    const most = Math.max(job.attempt, job.request.maxAttempts);
    const next = { ...job, attempt: Math.min(job.attempt + attemptsUsed, most) };
    const backoffMs = this.ladderOf(job);
    const delayMs = retryDelay(backoffMs, next.attempt - 1);
    ongoing.waitedInPlaceMs = delaysBetween(backoffMs, job.attempt, next.attempt) + delayMs;
    this.waitInPlace(ongoing, next, this.options.clock.now() + delayMs);
  }

  private start(ongoing: Ongoing, job: StartableJob, freeSlot: FreeSlot): Promise<void> {
    const { claimed, request, run, attempt } = job;
    const exclusive = this.options.handlers.get(request.type)?.definition.exclusive ?? false;
    const dropped = () => this.drop(ongoing);
    if (claimed === undefined && !exclusive) {
      const work = (slot: FreeSlot) => this.run(ongoing, job, slot);
      return this.admit(job, { delivery: ongoing.delivery, work, dropped }, freeSlot);
    }
    const at = (attempt: number): StartableJob => ({ ...job, attempt });
    const candidate: ClaimCandidate = {
      delivery: ongoing.delivery,
      request: {
        ...{ id: request.id.toLowerCase(), run, attempt },
        inPlace: request.orderingKey !== undefined,
        owner: `${this.options.attempts.worker}/${++this.claimants}`,
      },
      run: (claim, slot) => {
        const work = (freed: FreeSlot) => {
          if (!claim.signal.aborted) return this.run(ongoing, at(claim.attempt), freed, claim);
          // Lost while it waited for its turn: whoever has taken it since may be running the job.
          this.options.claims.free(claim);
          return this.gate.admit(candidate, freed);
        };
        const droppedWith = () => {
          this.options.claims.free(claim);
          dropped();
        };
        return this.admit(job, { delivery: ongoing.delivery, work, dropped: droppedWith }, slot);
      },
      repeat: (ended, outcome) => this.repeat(ongoing, at(ended), outcome),
      pass: () => this.pass(ongoing),
      dropped,
    };
    return this.gate.admit(candidate, freeSlot);
  }

  /** Has the work go on at once where no limit concerns the job; else sets it aside, without a slot, until they let it start. */
  private admit(job: StartableJob, waiting: Waiting, freeSlot: FreeSlot): Promise<void> {
    const { limits, putFirst } = this.options;
    const { delivery, dropped } = waiting;
    const rules = limits.rulesOf(job.request.payload);
    if (rules.length === 0) return waiting.work(freeSlot);
    void limits.enter(rules, delivery).then((answer) => {
      if (answer === 'lost') dropped();
      else if (answer === 'changed')
        putFirst({ delivery, work: (slot) => this.admit(job, waiting, slot), dropped });
      else putFirst(leavingAfter(waiting, answer));
    });
    return Promise.resolve();
  }

  private async run(
    ongoing: Ongoing,
    job: StartableJob,
    freeSlot: FreeSlot,
    claim?: OwnClaim,
  ): Promise<void> {
    const { claims, clock, writer } = this.options;
    const { delivery } = ongoing;
    if (!this.begin(ongoing)) {
      if (claim) claims.free(claim);
      return;
    }
    ongoing.job = job;
    const { ending, start, children = [] } = await this.attempt(job, claim);
    freeSlot();
    if (claim?.signal.aborted && ending.kind !== 'returned') {
      // It was stopped: what it would have come to nobody knows.
      claims.leave(claim);
      return this.end(ongoing, false);
    }
    const outcome = this.decide(ongoing, job, ending);
    const waitsOffLane = outcome.kind === 'retry-in-place' || outcome.kind === 'retry-delayed';
    const ended: EndedAttempt = {
      job,
      type: this.labelOf(job),
      source: delivery.record,
      start,
      children,
      finishedAt: this.writeEnd(clock.now()),
      dueAt: waitsOffLane ? clock.now() + outcome.delayMs : undefined,
    };
    if (claim && !(await claims.end(claim, recordOutcome(ended, outcome)))) return this.end(ongoing, false);
    this.settle(ongoing, ended, outcome, await writer.write(delivery, ended, outcome));
  }

  private attempt(job: StartableJob, claim: OwnClaim | undefined): Attempted | Promise<Attempted> {
    const { attempts, clock, handlers } = this.options;
    const registered = handlers.get(job.request.type);
    if (claim && isDoomed(claim.deaths, registered?.definition.onOwnerDeath ?? 'rerun')) {
      return { ending: { kind: 'owner-died', deaths: claim.deaths } };
    }
    return attempt(job, registered, clock.now(), attempts, claim?.signal);
  }

  /** Produces what a claim says that this attempt has come to. */
  private async repeat(ongoing: Ongoing, job: StartableJob, recorded: string): Promise<void> {
    if (!this.begin(ongoing)) return;
    ongoing.job = job;
    const { outcome, ended } = readOutcome(recorded);
    const { delivery } = ongoing;
    const again = { ...ended, job, type: this.labelOf(job), source: delivery.record };
    this.settle(ongoing, again, outcome, await this.options.writer.repeat(delivery, again, outcome));
  }

  private settle(ongoing: Ongoing, { job, dueAt }: EndedAttempt, outcome: Outcome, settled: boolean): void {
    if (!settled || outcome.kind !== 'retry-in-place') return this.end(ongoing, settled);
    ongoing.waitedInPlaceMs += outcome.delayMs;
    ongoing.delivery.noteAttempts(job.attempt - ongoing.firstAttempt + 1);
    this.waitInPlace(ongoing, { ...job, attempt: job.attempt + 1 }, dueAt!);
  }

  private waitInPlace(ongoing: Ongoing, next: StartableJob, dueAt: number): void {
    ongoing.job = next;
    this.options.putOff(dueAt, {
      delivery: ongoing.delivery,
      work: (freeSlot) => this.start(ongoing, next, freeSlot),
      dropped: () => this.drop(ongoing),
    });
  }

  private decide({ waitedInPlaceMs }: Ongoing, job: StartableJob, ending: AttemptEnding): Outcome {
    const { type, maxAttempts, orderingKey } = job.request;
    return decideOutcome(
      {
        run: job.run,
        parkAfter: this.options.handlers.get(type)?.definition.parkAfter ?? defaultParkAfter,
        attempt: job.attempt,
        maxAttempts,
        backoffMs: this.ladderOf(job),
        lanesMs: this.options.lanesMs(),
        waitedInPlaceMs: orderingKey === undefined ? undefined : waitedInPlaceMs,
      },
      ending,
    );
  }

  private end(ongoing: Ongoing, settled: boolean): void {
    const { delivery, job } = ongoing;
    const key = job?.request.orderingKey;
    this.ongoing.delete(ongoing);
    if (settled) {
      delivery.done();
      this.passOn(key);
    } else if (key === undefined) {
      delivery.abandon();
    } else {
      this.abandonOrdered(delivery, key);
    }
  }

  /** Where its partition is held, the record is handed over again at once and keeps its key: those behind it wait for it. */
  private abandonOrdered(delivery: Delivery, key: string): void {
    const abandoned: AbandonedRecord = { record: delivery.record, key, again: undefined };
    this.abandoned = abandoned;
    delivery.abandon();
    this.abandoned = undefined;
    if (abandoned.again) this.order.keep(key, abandoned.again);
    else this.options.accept(this.order.disperse(key));
  }

  private passOn(key: string | undefined): void {
    const next = key === undefined ? undefined : this.order.passOn(key);
    if (next) this.options.putFirst(this.enlist(next, () => this.passOn(key)));
  }

  private ladderOf(job: StartableJob): readonly number[] {
    return this.options.handlers.get(job.request.type)?.definition.backoffMs ?? [];
  }

  /** Anyone can write any type to a topic, so only known ones become labels. */
  private labelOf(job: StartableJob): string {
    return this.options.handlers.has(job.request.type) ? job.request.type : unknownTypeLabel;
  }
}

/** The same work, which leaves its limits once the handler has ended, or when it does not come to it. */
function leavingAfter({ delivery, work, dropped }: Waiting, leave: Leave): Waiting {
  return {
    delivery,
    work: (freeSlot) =>
      work(() => {
        leave();
        freeSlot();
      }).finally(leave),
    dropped: () => {
      leave();
      dropped();
    },
  };
}

/** What the ladder has had a job wait between these attempts. */
function delaysBetween(backoffMs: readonly number[], first: number, last: number): number {
  let sum = 0;
  for (let failed = first; failed < last; failed++) sum += retryDelay(backoffMs, failed);
  return sum;
}

function isSameRecord(one: Position, other: Position): boolean {
  return one.offset === other.offset && one.partition === other.partition && one.topic === other.topic;
}

function attemptOf({ request, run }: StartableJob, attempt: number): string {
  return `${request.id}/${run}/${attempt}`;
}
