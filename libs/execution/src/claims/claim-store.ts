import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { GatheredCalls } from '@jobstream/runtime';
import { freeKeys } from '@jobstream/unique-keys';
import { decideClaim, type ClaimDecision, type ClaimRequest, type ClaimStanding } from './decide-claim.js';

/** Default of `CLAIM_LEASE_SECONDS`: a claim is free again after this time without a renewal. */
export const defaultLeaseMs = 15_000;

/** A claim that was taken. What is written under its fence counts until another owner takes the claim. */
export interface TakenClaim {
  readonly id: JobId;
  readonly attempt: number;
  readonly fence: number;
  /** The number of owners that died or froze in this attempt before. */
  readonly deaths: number;
  /** The owner that asked for it. */
  readonly owner: string;
}

/** The answer to a request. `tookOver`: from an owner that died or froze. `outcome`: as its owner wrote it. */
export type ClaimAnswer =
  | { readonly kind: 'taken'; readonly claim: TakenClaim; readonly tookOver: boolean }
  | { readonly kind: 'repeat'; readonly attempt: number; readonly outcome: string }
  | Extract<ClaimDecision, { kind: 'outdated' | 'held' }>;

/** The outcome that an owner writes, as JSON text; `isFinal` if it ends the run. */
export interface ClaimOutcome {
  readonly isFinal: boolean;
  readonly outcome: string;
}

/** A claim under which an attempt runs, as people see it. */
export interface RunningClaimRow {
  readonly run: number;
  readonly attempt: number;
  readonly owner: string;
  readonly deaths: number;
  readonly takenAt: Date;
  readonly leasedUntil: Date;
  readonly isLeased: boolean;
}

type Fenced = Pick<TakenClaim, 'id' | 'fence'>;
type Owned = Pick<TakenClaim, 'id' | 'owner'>;

/** The claim as the statement found it when it began; null in its columns when the job had none. */
interface FoundRow extends Omit<ClaimStanding, 'state' | 'deaths'> {
  readonly id: JobId;
  readonly state: ClaimStanding['state'] | null;
  readonly deaths: number | null;
  readonly taken_attempt: number;
  readonly fence: number | null;
  readonly taken_deaths: number;
  readonly outcome: string | null;
}

const maxPurged = 5_000;

/** Subqueries for rows by which a job may still be sent; `operations` is the quoted schema, `id` SQL of the job's id. */
export type FindUnsent = (operations: string, id: string) => readonly string[];

/**
 * The rows of `operations.claims`.
 *
 * Invariants: concurrent calls share statements, and statements lock rows in the order of their ids, so they cannot deadlock.
 * Leases go by Postgres' clock alone. An outcome counts only under the fence of the newest owner.
 */
export class ClaimStore {
  private readonly table: string;
  private readonly takes = new GatheredCalls((requests: readonly ClaimRequest[]) => this.takeMany(requests));
  private readonly ends = new GatheredCalls((ended: readonly (Fenced & ClaimOutcome)[]) =>
    this.endMany(ended),
  );
  private readonly frees = new GatheredCalls((freed: readonly Owned[]) => this.freeMany(freed));

  /**
   * @param leaseMs the same in every worker of a queue
   * @param onFreed hears how many unique keys became free because their jobs start
   */
  constructor(
    private readonly database: Database,
    private readonly leaseMs = defaultLeaseMs,
    private readonly onFreed?: (keys: number) => void,
  ) {
    this.table = `${database.operations}.claims`;
  }

  /** Takes a claim if it is free. This process asks for the claim of one job once at a time. */
  take(request: ClaimRequest): Promise<ClaimAnswer> {
    return this.takes.call(request);
  }

  /** Writes the outcome of the attempt. @returns false when another owner has taken the claim */
  end(claim: Fenced, outcome: ClaimOutcome): Promise<boolean> {
    return this.ends.call({ id: claim.id, fence: claim.fence, ...outcome });
  }

  /**
   * Gives back a claim under which no attempt has started, so that the next owner counts no death. By its owner rather than its
   * fence: after a {@link take} without an answer the fence is unknown.
   */
  async free({ id, owner }: Owned): Promise<void> {
    await this.frees.call({ id, owner });
  }

  /** Renews leases from now on. @returns the ids of the claims that are still held under these fences */
  async renew(claims: readonly Fenced[]): Promise<ReadonlySet<JobId>> {
    const { rows } = await this.database.query<{ id: JobId }>({
      name: 'renew claims',
      text: `
        WITH ${lockRunning(this.table)}
        UPDATE ${this.table} AS kept SET leased_until = clock_timestamp() + ${milliseconds('$3')}
        FROM locked WHERE kept.id = locked.id RETURNING kept.id`,
      values: [...columnsOf(claims), this.leaseMs],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** The claim of a job while an attempt runs under it: for people who ask, nothing is decided by it. */
  async findRunning(id: JobId): Promise<RunningClaimRow | undefined> {
    const { rows } = await this.database.query<RunningClaimRow>({
      name: 'find running claim',
      text: `
        SELECT run, attempt, owner, deaths, changed_at AS "takenAt", leased_until AS "leasedUntil",
          ${isLeased('$2')} AS "isLeased"
        FROM ${this.table} AS kept WHERE id = $1 AND state = 'running'`,
      values: [id, this.leaseMs],
    });
    return rows[0];
  }

  /** @returns the owners of those requests whose claim another owner holds */
  async findHeld(requests: readonly ClaimRequest[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.database.query<{ asking: string }>({
      name: 'watch claims',
      text: `
        SELECT given.owner AS asking
        FROM unnest($1::uuid[], $2::text[]) AS given (id, owner) JOIN ${this.table} AS kept USING (id)
        WHERE kept.state = 'running' AND kept.owner <> given.owner AND ${isLeased('$3')}`,
      values: [requests.map(({ id }) => id), requests.map(({ owner }) => owner), this.leaseMs],
    });
    return new Set(rows.map(({ asking }) => asking));
  }

  /**
   * Deletes claims that were last changed before a time, at most 5,000. A claim must outlive every record of its job: without it a
   * record that comes again is run again. So a claim stays while someone may still send its job.
   * @param senders of each the subqueries that find what it may still send
   * @returns the number of deleted claims
   */
  async purge(before: Date, senders: readonly FindUnsent[]): Promise<number> {
    const unsent = senders.flatMap((find) => find(this.database.operations, 'kept.id'));
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE ctid = ANY (ARRAY(
        SELECT kept.ctid FROM ${this.table} AS kept
        WHERE kept.changed_at < $1 AND (kept.state <> 'running' OR kept.leased_until < $1)
          ${unsent.map((query) => `AND NOT EXISTS (${query})`).join(' ')}
        LIMIT $2 FOR UPDATE OF kept SKIP LOCKED))`,
      values: [before, maxPurged],
    });
    return affected;
  }

  /** The condition of the update is the `take` of {@link decideClaim}; a test holds both equal. */
  private async takeMany(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    const sameAttempt = `excluded.run = kept.run AND (excluded.attempt = kept.attempt OR kept.in_place AND excluded.attempt < kept.attempt)`;
    const { rows } = await this.database.query<FoundRow>({
      name: 'take claims',
      text: `
        WITH given AS MATERIALIZED (
          SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::boolean[], $5::text[])
            AS given (id, run, attempt, in_place, owner)
        ), taken AS (
          INSERT INTO ${this.table} AS kept
            (id, run, attempt, in_place, state, owner, fence, leased_until, deaths, changed_at)
          SELECT id, run, attempt, in_place, 'running', owner, 1, clock_timestamp() + ${milliseconds('$6')}, 0,
            clock_timestamp()
          FROM given ORDER BY id
          ON CONFLICT (id) DO UPDATE SET
            run = excluded.run,
            attempt = CASE WHEN ${sameAttempt} THEN kept.attempt ELSE excluded.attempt END,
            state = 'running',
            owner = excluded.owner,
            fence = kept.fence + 1,
            leased_until = clock_timestamp() + ${milliseconds('$6')},
            deaths = CASE WHEN ${sameAttempt}
              THEN kept.deaths + (kept.state = 'running' AND kept.owner <> excluded.owner)::integer ELSE 0 END,
            outcome = NULL,
            changed_at = excluded.changed_at
          WHERE (kept.state <> 'running' OR kept.owner = excluded.owner OR NOT ${isLeased('$6')})
            AND (excluded.run > kept.run
              OR excluded.run = kept.run AND kept.state <> 'ended' AND excluded.attempt > kept.attempt
              OR ${sameAttempt} AND kept.state IN ('running', 'free'))
          RETURNING kept.id, kept.attempt, kept.fence, kept.deaths
        )
        SELECT given.id, taken.attempt AS taken_attempt, taken.fence, taken.deaths AS taken_deaths,
          kept.run, kept.attempt, kept.state, kept.owner, kept.deaths, ${isLeased('$6')} AS leased,
          CASE WHEN taken.id IS NULL THEN kept.outcome END AS outcome
        FROM given LEFT JOIN taken USING (id) LEFT JOIN ${this.table} AS kept USING (id)`,
      values: [
        requests.map(({ id }) => id),
        requests.map(({ run }) => run),
        requests.map(({ attempt }) => attempt),
        requests.map(({ inPlace }) => inPlace),
        requests.map(({ owner }) => owner),
        this.leaseMs,
      ],
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    const answers = requests.map((request) => answerOf(request, byId.get(request.id)!));
    await this.freeKeysOfStarting(requests, answers);
    return answers;
  }

  /** Before the handlers are called: a job that is submitted from now on does not count as the one that starts. */
  private async freeKeysOfStarting(
    requests: readonly ClaimRequest[],
    answers: readonly ClaimAnswer[],
  ): Promise<void> {
    const keys = requests.flatMap(({ id, keyUntilStart: hash }, index) =>
      hash !== undefined && answers[index]!.kind === 'taken' ? [{ hash, jobId: id }] : [],
    );
    this.onFreed?.(await freeKeys(this.database, this.database.operations, keys));
  }

  private async endMany(ended: readonly (Fenced & ClaimOutcome)[]): Promise<boolean[]> {
    const { rows } = await this.database.query<{ id: JobId }>({
      name: 'end claims',
      // The second part finds the claims that an earlier call has written, whose answer was lost.
      text: `
        WITH ${lockRunning(this.table)}, written AS (
          UPDATE ${this.table} AS kept
          SET state = given.state, outcome = given.outcome, changed_at = clock_timestamp()
          FROM locked JOIN unnest($1::uuid[], $3::text[], $4::text[]) AS given (id, state, outcome) USING (id)
          WHERE kept.id = locked.id RETURNING kept.id
        )
        SELECT id FROM written
        UNION SELECT kept.id FROM unnest($1::uuid[], $2::bigint[]) AS given (id, fence)
          JOIN ${this.table} AS kept USING (id, fence) WHERE kept.state IN ('retrying', 'ended')`,
      values: [
        ...columnsOf(ended),
        ended.map(({ isFinal }) => (isFinal ? 'ended' : 'retrying')),
        ended.map(({ outcome }) => outcome),
      ],
    });
    const written = new Set(rows.map(({ id }) => id));
    return ended.map(({ id }) => written.has(id));
  }

  private async freeMany(freed: readonly Owned[]): Promise<void[]> {
    await this.database.query({
      name: 'free claims',
      text: `
        WITH locked AS (
          SELECT kept.id FROM unnest($1::uuid[], $2::text[]) AS given (id, owner) JOIN ${this.table} AS kept USING (id, owner)
          WHERE kept.state = 'running' ORDER BY kept.id FOR UPDATE OF kept)
        UPDATE ${this.table} AS kept SET state = 'free', changed_at = clock_timestamp()
        FROM locked WHERE kept.id = locked.id`,
      values: [freed.map(({ id }) => id), freed.map(({ owner }) => owner)],
    });
    return freed.map(() => undefined);
  }
}

/** A claim that changed while the statement ran may look free, or missing: it is answered as held, and asked for again. */
function answerOf(request: ClaimRequest, row: FoundRow): ClaimAnswer {
  const { id, fence, taken_attempt: attempt, taken_deaths: deaths, state, deaths: deathsBefore } = row;
  if (fence !== null) {
    const claim = { id, attempt, fence, deaths, owner: request.owner };
    return { kind: 'taken', claim, tookOver: deaths > (deathsBefore ?? 0) };
  }
  if (state === null || deathsBefore === null) return { kind: 'held' };
  const decision = decideClaim({ ...row, state, deaths: deathsBefore }, request);
  switch (decision.kind) {
    case 'take':
      return { kind: 'held' };
    case 'repeat':
      return { ...decision, outcome: row.outcome! };
    case 'outdated':
    case 'held':
      return decision;
  }
}

/** For one lease after its start, Postgres treats all claims as leased: it may have missed renewals while it was down. */
function isLeased(leaseMs: string): string {
  return `(greatest(kept.leased_until, pg_postmaster_start_time() + ${milliseconds(leaseMs)}) > clock_timestamp())`;
}

/** `locked`: the claims of $1 (ids) that are held under the fences of $2. */
function lockRunning(table: string): string {
  return `locked AS (
    SELECT kept.id FROM unnest($1::uuid[], $2::bigint[]) AS given (id, fence) JOIN ${table} AS kept USING (id, fence)
    WHERE kept.state = 'running' ORDER BY kept.id FOR UPDATE OF kept)`;
}

function milliseconds(parameter: string): string {
  return `${parameter}::double precision * interval '1 millisecond'`;
}

function columnsOf(claims: readonly Fenced[]): unknown[][] {
  return [claims.map(({ id }) => id), claims.map(({ fence }) => fence)];
}
