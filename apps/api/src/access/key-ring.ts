import { timingSafeEqual } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { LRUCache } from 'lru-cache';
import { readKey, type ParsedKey, type KnownKey } from '@jobstream/access';
import type { CallerView, RateLimit, Scope } from '@jobstream/contracts/rest';
import { isUnavailable } from '@jobstream/database';
import { SharedCall } from '@jobstream/runtime';
import { ProblemError } from '../http/problem-error.js';
import { takeBytes, takeToken, type TokenBucket, type TokenTaken } from './token-bucket.js';

/** The holder of an API key who makes a request. */
export interface Caller {
  readonly keyId: string;
  readonly owner: string;
  readonly scopes: readonly Scope[];
  readonly rateLimit: RateLimit;
  /** Aborts when the key is revoked: what is held open for it ends. */
  readonly revoked: AbortSignal;
}

/** The rows of API keys. */
export interface KeySource {
  find(ids: readonly string[]): Promise<Map<string, KnownKey>>;
  touch(ids: readonly string[]): Promise<void>;
}

interface SeenKey {
  readonly hash: Buffer;
  readonly caller: Caller;
  readonly revoking: AbortController;
  /** When Postgres last said so. */
  confirmedAt: number;
  /** Infinity: never. */
  expiresAt: number;
  bucket: TokenBucket | undefined;
  isUsed: boolean;
}

/** A key stays valid for this time after Postgres last confirmed it. */
const trustMs = 10 * 60_000;
const maxKeys = 10_000;

/**
 * The API keys that this process has seen. A key is asked of Postgres when it comes for the first time; from then on
 * {@link refresh} keeps it up to date, so that requests wait for no query, and while Postgres is away it stays valid for
 * ten minutes.
 */
export class KeyRing {
  private readonly seen = new LRUCache<string, SeenKey>({ max: maxKeys });
  private asked = new Set<string>();
  private readonly lookup = new SharedCall(() => {
    const ids = [...this.asked];
    this.asked = new Set();
    return this.source.find(ids);
  });

  /** @param now milliseconds of a steady clock */
  constructor(
    private readonly source: KeySource,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Finds the holder of a key.
   * @throws ProblemError `unauthenticated`, the same for whatever is wrong with the key; `database_unavailable` for a key
   * that was not seen before, or too long ago
   */
  async identify(text: string): Promise<Caller> {
    const key = readKey(text);
    if (!key) throw unauthenticated();
    const seen = this.seen.get(key.id) ?? (await this.look(key));
    if (!seen || !this.isValid(seen, key)) throw unauthenticated();
    if (this.now() - seen.confirmedAt > trustMs) throw notConfirmed();
    seen.isUsed = true;
    return seen.caller;
  }

  /** A caller as the API shows it, at this moment. */
  describe({ keyId, owner, scopes }: Caller): CallerView {
    const expiresAt = this.seen.peek(keyId)?.expiresAt ?? Infinity;
    const leftMs = Math.max(expiresAt - this.now(), 0);
    const expiresInSeconds = Number.isFinite(leftMs) ? Math.floor(leftMs / 1_000) : null;
    return { keysRequired: true, keyId, owner, scopes: [...scopes], expiresInSeconds };
  }

  /**
   * Counts a request of a key that {@link identify} has just told of.
   * @param bytes of its body, as it says
   */
  count({ keyId, rateLimit }: Caller, bytes = 0): TokenTaken {
    const seen = this.seen.get(keyId);
    const taken = takeToken(rateLimit, seen?.bucket, this.now(), bytes);
    if (seen) seen.bucket = taken.bucket;
    return taken;
  }

  /** Counts bytes that came or went for a request of a key. */
  countBytes({ keyId, rateLimit }: Caller, bytes: number): void {
    const seen = this.seen.peek(keyId);
    if (seen) seen.bucket = takeBytes(rateLimit, seen.bucket, this.now(), bytes);
  }

  /** From now on the key is refused, whatever a query says that began before. */
  revoke(id: string): void {
    this.seen.peek(id)?.revoking.abort();
  }

  /**
   * Asks Postgres about one key, because somebody says that it was revoked; however often that is said, one question is asked at
   * a time. Without an answer nothing changes: {@link refresh} asks again.
   */
  async recheck(id: string): Promise<void> {
    const seen = this.seen.peek(id);
    if (!seen) return;
    const askedAt = this.now();
    this.asked.add(id);
    const found = await this.lookup.call().catch(() => undefined);
    if (found) this.learn(id, found.get(id), askedAt);
  }

  /** Learns what Postgres says of all keys seen, and tells it which were used since the last time. */
  async refresh(): Promise<void> {
    const ids = [...this.seen.keys()];
    if (ids.length === 0) return;
    const askedAt = this.now();
    const found = await this.source.find(ids);
    for (const id of ids) this.learn(id, found.get(id), askedAt);
    const used = [...this.seen.values()].filter(({ isUsed }) => isUsed);
    if (used.length === 0) return;
    await this.source.touch(used.map(({ caller }) => caller.keyId));
    for (const seen of used) seen.isUsed = false;
  }

  /** A key whose row is gone is as good as revoked. */
  private learn(id: string, known: KnownKey | undefined, askedAt: number): void {
    const seen = this.seen.peek(id);
    if (known && seen) this.confirm(seen, known, askedAt);
    else this.revoke(id);
  }

  private isValid({ hash, caller, expiresAt }: SeenKey, key: ParsedKey): boolean {
    return timingSafeEqual(hash, key.hash) && !caller.revoked.aborted && expiresAt > this.now();
  }

  private async look({ id }: ParsedKey): Promise<SeenKey | undefined> {
    const askedAt = this.now();
    this.asked.add(id);
    const found = await this.lookup.call().catch((error: unknown) => {
      throw isUnavailable(error) ? notConfirmed(error) : error;
    });
    const known = found.get(id);
    // Another request with this key may have been answered meanwhile.
    return this.seen.get(id) ?? (known && this.remember(known, askedAt));
  }

  private remember(known: KnownKey, askedAt: number): SeenKey {
    const { id, hash, owner, scopes, rateLimit } = known;
    const revoking = new AbortController();
    // Every request that is held open listens.
    setMaxListeners(0, revoking.signal);
    const seen: SeenKey = {
      hash,
      caller: { keyId: id, owner, scopes, rateLimit, revoked: revoking.signal },
      revoking,
      confirmedAt: askedAt,
      expiresAt: Infinity,
      bucket: undefined,
      isUsed: false,
    };
    this.confirm(seen, known, askedAt);
    this.seen.set(id, seen);
    return seen;
  }

  private confirm(seen: SeenKey, known: KnownKey, askedAt: number): void {
    seen.confirmedAt = askedAt;
    seen.expiresAt = known.remainingMs === null ? Infinity : askedAt + known.remainingMs;
    if (known.isRevoked) seen.revoking.abort();
  }
}

/** One text for whatever is wrong with a key: what is wrong is nobody's business who has none. */
export function unauthenticated(): ProblemError {
  return new ProblemError(
    'unauthenticated',
    'Send a valid API key: `Authorization: Bearer jsk_...`. Keys are made by POST /v1/api-keys. Browsers sign in at /console.',
  );
}

function notConfirmed(cause?: unknown): ProblemError {
  return new ProblemError(
    'database_unavailable',
    'Whether this API key is valid can not be looked up: the database can not be reached. Ask again later.',
    { cause },
  );
}
