import { setTimeout as pause } from 'node:timers/promises';
import type { JobId } from '@jobstream/contracts';
import { linksOf, timeOfId, type AcceptedJob } from '@jobstream/contracts/rest';
import { isUnavailable, type Database, type Session } from '@jobstream/database';
import type { SendOutcome } from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import {
  freeKeys,
  UniqueKeyMetrics,
  UniqueKeyStore,
  type HeldKey,
  type KeyConflict,
} from '@jobstream/unique-keys';
import type { Registry } from 'prom-client';
import { DelayedJobStore } from '../delayed/delayed-job-store.js';
import { IntakeError, intakeErrorOf } from '../intake-error.js';
import { describeAccepted, type DrawnJob } from '../job-request.js';
import { decideKey, type KeyHolder } from './decide-key.js';
import { drawReplacement, drawUnique, keyOf, rowOf, type UniqueRequest } from './unique-request.js';

/** Appends the requests of jobs; the results are in their order. */
export type Produce = (jobs: readonly DrawnJob[]) => Promise<SendOutcome[]>;

/** What a transaction has decided about a request. */
type Admission =
  /** Its request is to be sent, under a key that it holds. */
  | {
      readonly kind: 'send';
      readonly drawn: DrawnJob;
      readonly key: HeldKey;
      /** Whether it did not hold the key before. */
      readonly isNew: boolean;
    }
  /** Its request is to be sent: the waiting job has it as its own already. */
  | { readonly kind: 'replace'; readonly drawn: DrawnJob; readonly isDebounced: boolean }
  /** Another job is the answer: of a row, or of the request of this index. */
  | { readonly kind: 'return'; readonly type: string; readonly holder: Holder }
  | { readonly kind: 'wait'; readonly holder: JobId }
  /** Its request was sent before, and has begun: it takes no key any more. */
  | { readonly kind: 'begun'; readonly accepted: AcceptedJob }
  | { readonly kind: 'reject' | 'refuse'; readonly error: IntakeError };

interface Holder extends KeyHolder, Pick<HeldKey, 'queue' | 'state'> {
  /** The request of the same transaction that took the key. */
  readonly takenBy?: number;
}

/** The job that a request became, or the one that holds its key (`existing`); or why there is neither. */
export type UniqueAnswer = AcceptedJob | IntakeError;

const pollMs = 50;
/** Longer than a key can be pending. */
const defaultPatienceMs = 20_000;

/**
 * Accepts jobs with unique keys.
 *
 * A key is taken in one transaction with a row of the job's request, before the request is sent. While it waits for its time that
 * row is the job: whoever replaces it changes the row, and the scheduler publishes what the row says then. A request for now is
 * staged there until the log has acknowledged it; if its sender dies, the scheduler sends it. So a key is never held by a job that
 * does not come, and no job comes whose key was given away.
 *
 * A request that comes again after its job has begun takes no key: the job may have freed its key already, and would not do so again.
 *
 * A request that certainly is not in the log gives its key back together with its row, and only if the row is still there: otherwise
 * the scheduler has sent it meanwhile.
 */
export class UniqueJobs {
  private readonly keys: UniqueKeyStore;
  private readonly delayed: DelayedJobStore;
  private readonly metrics: UniqueKeyMetrics;

  /**
   * @param clock the broker's time: a replaced job is due by it
   * @param patienceMs how long a request waits at most until it is known whether the log has the holder of its key; then it is
   * `submit_unknown`
   */
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    registry: Registry,
    private readonly patienceMs = defaultPatienceMs,
  ) {
    this.metrics = UniqueKeyMetrics.of(registry);
    this.keys = new UniqueKeyStore(database);
    this.delayed = new DelayedJobStore(database);
  }

  /**
   * Accepts each request as a job of its own, or answers with the job that holds its key. Errors are `job_not_unique`,
   * `item_too_large`, `database_unavailable`, `broker_unavailable`, `broker_refused` and `submit_unknown`.
   */
  async accept(requests: readonly UniqueRequest[], produce: Produce): Promise<UniqueAnswer[]> {
    const answers = new Array<UniqueAnswer>(requests.length);
    let open = requests.map((_, index) => index);
    for (let polls = 0; open.length > 0; polls += 1) {
      if (polls > 0) await pause(pollMs);
      const admissions = await this.admit(open.map((index) => requests[index]!));
      this.count(admissions);
      const settled = await this.settle(admissions, produce, polls * pollMs >= this.patienceMs);
      settled.forEach((answer, place) => answer && (answers[open[place]!] = answer));
      open = open.filter((_, place) => settled[place] === undefined);
    }
    return answers;
  }

  private count(admissions: readonly Admission[]): void {
    this.metrics.countTaken(admissions.filter((each) => each.kind === 'send' && each.isNew).length);
    for (const admission of admissions) {
      const conflict = conflictOf(admission);
      if (conflict !== undefined) this.metrics.countConflict(conflict);
    }
  }

  private async admit(requests: readonly UniqueRequest[]): Promise<Admission[]> {
    const drawn = requests.map(drawUnique);
    const now = this.clock.now();
    try {
      return await this.database.transaction((session) => this.decide(session, requests, drawn, now));
    } catch (cause) {
      if (!isUnavailable(cause)) throw cause;
      const detail =
        'A job with a unique key needs the database, which cannot be reached. Send it again later.';
      const error = new IntakeError('database_unavailable', detail, { cause });
      return requests.map(() => ({ kind: 'refuse', error }));
    }
  }

  /** Requests of one key are decided one after another, in their order. */
  private async decide(
    session: Session,
    requests: readonly UniqueRequest[],
    drawn: readonly (DrawnJob | IntakeError)[],
    now: number,
  ): Promise<Admission[]> {
    const holders = await this.lockHolders(session, requests, drawn);
    const begun = await this.keys.findBegun(
      session,
      requests.filter(({ marks }) => marks.claimed).map(({ id }) => id),
    );
    const changes = new KeyChanges(new Set(holders.keys()));
    const admissions = requests.map((request, index): Admission => {
      const own = drawn[index]!;
      if (own instanceof IntakeError) return { kind: 'refuse', error: own };
      const { unique } = request.job;
      if (begun.has(request.id)) {
        if (!holders.has(unique.hash)) changes.giveBack(keyOf(own, unique));
        return { kind: 'begun', accepted: describeAccepted(own) };
      }
      // What another request of this transaction has given back is there to be taken in the next.
      if (changes.isGivenBack(unique.hash)) return { kind: 'wait', holder: request.id };
      const holder = holders.get(unique.hash);
      const decision = decideKey(holder, { jobId: request.id, policy: unique.policy });
      switch (decision) {
        case 'take':
        case 'repeat': {
          const key = keyOf(own, unique);
          holders.set(unique.hash, holderOfTaken(key, index));
          changes.take(key, own);
          return { kind: 'send', drawn: own, key, isNew: decision === 'take' };
        }
        case 'replace': {
          const replacement = drawReplacement(request, holder!.jobId, now);
          if (replacement instanceof IntakeError) return { kind: 'refuse', error: replacement };
          changes.replace(replacement);
          return { kind: 'replace', drawn: replacement, isDebounced: unique.policy.debounce !== undefined };
        }
        case 'return':
          return { kind: 'return', type: request.job.rules.type, holder: holder! };
        case 'reject':
          return { kind: 'reject', error: notUnique(request, holder!) };
        case 'wait':
          return { kind: 'wait', holder: holder!.jobId };
      }
    });
    await this.write(session, changes);
    return admissions;
  }

  /** The jobs that hold the keys, locked; keys that nobody holds are taken by the first request of each, and have no holder yet. */
  private async lockHolders(
    session: Session,
    requests: readonly UniqueRequest[],
    drawn: readonly (DrawnJob | IntakeError)[],
  ): Promise<Map<string, Holder>> {
    const wanted = new Map<string, HeldKey>();
    requests.forEach(({ job: { unique } }, index) => {
      const own = drawn[index]!;
      if (!(own instanceof IntakeError) && !wanted.has(unique.hash))
        wanted.set(unique.hash, keyOf(own, unique));
    });
    if (wanted.size === 0) return new Map();
    const held = await this.keys.takeFree(session, [...wanted.values()]);
    const replaceable = await this.delayed.lockScheduled(
      session,
      held.map(({ jobId }) => jobId),
    );
    return new Map(held.map((row) => [row.hash, { ...row, isReplaceable: replaceable.has(row.jobId) }]));
  }

  private async write(session: Session, changes: KeyChanges): Promise<void> {
    const { handedOver, taken, replaced, givenBack } = changes;
    await freeKeys(session, this.database.operations, [...givenBack.values()]);
    await this.keys.handOver(session, handedOver);
    const rows = [...taken.values()].map(({ drawn }) => drawn);
    await this.delayed.hold(session, rows.filter(isScheduled).map(rowOf));
    await this.delayed.stage(session, rows.filter((job) => !isScheduled(job)).map(rowOf));
    await this.delayed.replace(session, [...replaced.values()].map(rowOf));
  }

  /** Sends what is to be sent. @returns the answer for each; undefined for those that wait */
  private async settle(
    admissions: readonly Admission[],
    produce: Produce,
    isLate: boolean,
  ): Promise<(UniqueAnswer | undefined)[]> {
    const sent = admissions.filter((admission) => 'drawn' in admission);
    const outcomes = await produce(sent.map(({ drawn }) => drawn));
    const errors = new Map(
      sent.map((admission, place) => [admission as Admission, errorOf(admission, outcomes[place]!)]),
    );
    await this.settleKeys(
      admissions.filter((admission) => admission.kind === 'send'),
      errors,
    );
    return admissions.map((admission): UniqueAnswer | undefined => {
      switch (admission.kind) {
        case 'send':
          return errors.get(admission) ?? describeAccepted(admission.drawn);
        case 'replace':
          return errors.get(admission) ?? { ...describeAccepted(admission.drawn), existing: true };
        case 'return': {
          const leader = admission.holder.takenBy;
          const failure = leader === undefined ? undefined : errors.get(admissions[leader]!);
          return failure ?? describeHolder(admission);
        }
        case 'reject':
        case 'refuse':
          return admission.error;
        case 'begun':
          return admission.accepted;
        case 'wait':
          return isLate ? pendingTooLong(admission.holder) : undefined;
      }
    });
  }

  private async settleKeys(
    sent: readonly Extract<Admission, { kind: 'send' }>[],
    errors: ReadonlyMap<Admission, IntakeError | undefined>,
  ): Promise<void> {
    const acknowledged = sent.filter((admission) => errors.get(admission) === undefined);
    const notInLog = sent.filter((admission) => isNotInLog(errors.get(admission)));
    // If one fails, the scheduler sends the staged requests: again, or after all.
    await Promise.allSettled([this.acknowledge(acknowledged), this.giveBack(notInLog)]);
  }

  private async acknowledge(sent: readonly Extract<Admission, { kind: 'send' }>[]): Promise<void> {
    if (sent.length === 0) return;
    await this.database.transaction(async (session) => {
      await this.keys.acknowledge(
        session,
        sent.map(({ key }) => key),
      );
      const staged = sent.filter(({ drawn }) => !isScheduled(drawn));
      await this.delayed.delete(session, staged.map(firstAttempt));
    });
  }

  private async giveBack(sent: readonly Extract<Admission, { kind: 'send' }>[]): Promise<void> {
    if (sent.length === 0) return;
    const freed = await this.database.transaction(async (session) => {
      const deleted = await this.delayed.delete(session, sent.map(firstAttempt));
      const own = sent.filter(({ key }) => deleted.has(key.jobId)).map(({ key }) => key);
      return freeKeys(session, this.database.operations, own);
    });
    this.metrics.countFreed('unsent', freed);
  }
}

/** What a transaction writes: of each key and each job the last. */
class KeyChanges {
  readonly taken = new Map<string, { readonly key: HeldKey; readonly drawn: DrawnJob }>();
  readonly replaced = new Map<JobId, DrawnJob>();
  readonly givenBack = new Map<string, HeldKey>();

  /** @param held the keys that other jobs held before */
  constructor(private readonly held: ReadonlySet<string>) {}

  /** The rows that were taken from another job. */
  get handedOver(): HeldKey[] {
    return [...this.taken.values()].map(({ key }) => key).filter(({ hash }) => this.held.has(hash));
  }

  /** Does not take the key after all, where it was free. */
  giveBack(key: HeldKey): void {
    this.givenBack.set(key.hash, key);
  }

  isGivenBack(hash: string): boolean {
    return this.givenBack.has(hash);
  }

  take(key: HeldKey, drawn: DrawnJob): void {
    this.taken.set(key.hash, { key, drawn });
  }

  replace(drawn: DrawnJob): void {
    this.replaced.set(drawn.request.id, drawn);
  }
}

function conflictOf(admission: Admission): KeyConflict | undefined {
  switch (admission.kind) {
    case 'return':
      return 'returned';
    case 'replace':
      return admission.isDebounced ? 'debounced' : 'replaced';
    case 'reject':
      return 'rejected';
    case 'send':
    case 'wait':
    case 'begun':
    case 'refuse':
      return undefined;
  }
}

function holderOfTaken({ jobId, queue, state }: HeldKey, index: number): Holder {
  const isReplaceable = state === 'scheduled';
  return { jobId, queue, state, isOver: false, isPending: false, isReplaceable, takenBy: index };
}

function isScheduled({ request }: DrawnJob): boolean {
  return 'runAt' in request;
}

function firstAttempt({ key }: { readonly key: HeldKey }): { id: JobId; run: number; attempt: number } {
  return { id: key.jobId, run: 1, attempt: 1 };
}

/** A replacement counts once its row is written, whatever becomes of the record that tells readers of it. */
function errorOf(
  { kind, drawn }: { kind: string; drawn: DrawnJob },
  outcome: SendOutcome,
): IntakeError | undefined {
  if (!('error' in outcome)) return undefined;
  const { id } = drawn.request;
  const error = intakeErrorOf(outcome.error, id);
  return kind === 'replace' ? replacedUntold(id, error) : error;
}

function isNotInLog(error: IntakeError | undefined): boolean {
  return error !== undefined && error.code !== 'submit_unknown';
}

function describeHolder({ type, holder }: Extract<Admission, { kind: 'return' }>): AcceptedJob {
  return {
    id: holder.jobId,
    type,
    queue: holder.queue,
    state: holder.state,
    run: 1,
    createdAt: new Date(timeOfId(holder.jobId)).toISOString(),
    links: linksOf(holder.jobId),
    existing: true,
  };
}

function notUnique({ job }: UniqueRequest, { jobId, isReplaceable }: Holder): IntakeError {
  const why =
    job.unique.policy.onConflict === 'replace' && !isReplaceable
      ? 'holds this unique key and can not be replaced: it has left the wait for its time.'
      : 'holds this unique key.';
  const detail = `The job ${jobId} ${why} Send this one again once that has ended, or take another key.`;
  return new IntakeError('job_not_unique', detail, { id: jobId });
}

function replacedUntold(id: JobId, cause: IntakeError): IntakeError {
  const detail =
    'The waiting job has the new payload and time, but the broker did not confirm the record that tells of it.';
  return new IntakeError('submit_unknown', detail, { id, cause });
}

function pendingTooLong(id: JobId): IntakeError {
  const detail = 'Another request with this unique key has no answer yet. Send it again later.';
  return new IntakeError('submit_unknown', detail, { id });
}
