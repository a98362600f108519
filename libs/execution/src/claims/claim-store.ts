import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { GatheredCalls } from '@jobstream/runtime';
import { decideClaim, type ClaimDecision, type ClaimRequest, type ClaimStanding } from './decide-claim.js';

/** How long a claim is held without a sign of life, in milliseconds, unless `CLAIM_LEASE_SECONDS` says otherwise. */
export const defaultLeaseMs = 15_000;

/** A claim that was taken: what is written under its fence counts as long as nobody has taken it since. */
export interface TakenClaim {
  readonly id: JobId;
  readonly attempt: number;
  readonly fence: number;
  /** Owners that died or froze in this attempt before. */
  readonly deaths: number;
  /** Who took it: the owner that asked. */
  readonly owner: string;
}

/** What became of a request. `tookOver`: from an owner that died or froze; `outcome`: what the owner wrote. */
export type ClaimAnswer =
  | { readonly kind: 'taken'; readonly claim: TakenClaim; readonly tookOver: boolean }
  | { readonly kind: 'repeat'; readonly attempt: number; readonly outcome: string }
  | Extract<ClaimDecision, { kind: 'passed' | 'held' }>;

/** What an owner writes: JSON text, and whether the run is over with it. */
export interface ClaimOutcome {
  readonly isFinal: boolean;
  readonly outcome: string;
}

type Fenced = Pick<TakenClaim, 'id' | 'fence'>;
type Owned = Pick<TakenClaim, 'id' | 'owner'>;

/** The columns of the standing claim are as the statement found it when it began; null where there was none. */
interface MetRow extends Omit<ClaimStanding, 'state' | 'deaths'> {
  readonly id: JobId;
  readonly state: ClaimStanding['state'] | null;
  readonly deaths: number | null;
  readonly taken_attempt: number;
  readonly fence: number | null;
  readonly taken_deaths: number;
  readonly outcome: string | null;
}

const purgedAtOnce = 5_000;

/**
 * The rows of `operations.claims`. Concurrent calls share statements, whose rows are locked in the order of their ids; only
 * Postgres' clock counts.
 */
export class ClaimStore {
  private readonly table: string;
  private readonly takes = new GatheredCalls((requests: readonly ClaimRequest[]) => this.takeMany(requests));
  private readonly ends = new GatheredCalls((ended: readonly (Fenced & ClaimOutcome)[]) =>
    this.endMany(ended),
  );
  private readonly frees = new GatheredCalls((freed: readonly Owned[]) => this.freeMany(freed));

  /** @param leaseMs the same in every worker of a queue */
  constructor(
    private readonly database: Database,
    private readonly leaseMs = defaultLeaseMs,
  ) {
    this.table = `${database.operations}.claims`;
  }

  /** Takes a claim if it may be taken. No two requests for one job at a time. */
  take(request: ClaimRequest): Promise<ClaimAnswer> {
    return this.takes.call(request);
  }

  /** Writes down what follows from the attempt. @returns whether it is written; false: another has taken the claim */
  end(claim: Fenced, outcome: ClaimOutcome): Promise<boolean> {
    return this.ends.call({ id: claim.id, fence: claim.fence, ...outcome });
  }

  /**
   * Gives back a claim under which nothing was started, so that whoever takes it next counts no death. By its owner rather
   * than its fence: who got no answer to {@link take} may hold a claim and not know its fence.
   */
  async free({ id, owner }: Owned): Promise<void> {
    await this.frees.call({ id, owner });
  }

  /** Makes leases last from now on. @returns the ids of those that are still held under these fences */
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

  /** @returns the owners among these requests that would find their claim held by someone else */
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
   * Deletes claims that were last touched before then, a few thousand at most; answers how many. A claim has to outlive every
   * record of its job: without it a record that comes again is run again. So those stay whose job the scheduler or a replay has
   * still to send, perhaps for the second time.
   */
  async purge(before: Date): Promise<number> {
    const { operations } = this.database;
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE ctid = ANY (ARRAY(
        SELECT kept.ctid FROM ${this.table} AS kept
        WHERE kept.changed_at < $1 AND (kept.state <> 'running' OR kept.leased_until < $1)
          AND NOT EXISTS (SELECT FROM ${operations}.delayed_jobs AS delayed WHERE delayed.id = kept.id)
          AND NOT EXISTS (
            SELECT FROM ${operations}.schedule_firings AS firing
            WHERE firing.job_id = kept.id AND firing.state = 'pending')
          AND NOT EXISTS (
            SELECT FROM ${operations}.replay_jobs AS replay
            WHERE replay.job_id = kept.id AND replay.state = 'reserved')
        LIMIT $2 FOR UPDATE OF kept SKIP LOCKED))`,
      values: [before, purgedAtOnce],
    });
    return affected;
  }

  /** See {@link decideClaim}: the condition is its `take`. */
  private async takeMany(requests: readonly ClaimRequest[]): Promise<ClaimAnswer[]> {
    const sameAttempt = `excluded.run = kept.run AND (excluded.attempt = kept.attempt OR kept.in_place AND excluded.attempt < kept.attempt)`;
    const { rows } = await this.database.query<MetRow>({
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
    return requests.map((request) => answerOf(request, byId.get(request.id)!));
  }

  private async endMany(ended: readonly (Fenced & ClaimOutcome)[]): Promise<boolean[]> {
    const { rows } = await this.database.query<{ id: JobId }>({
      name: 'end claims',
      // The second part is what an earlier call wrote whose answer was lost.
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

/** A claim that changed while the statement ran may look free, or missing: whoever looks again knows more. */
function answerOf(request: ClaimRequest, row: MetRow): ClaimAnswer {
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
    case 'passed':
    case 'held':
      return decision;
  }
}

/** Postgres does not take over right after its own start: what renewals it missed or lost meanwhile nobody knows. */
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
