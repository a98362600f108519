import { beforeEach, describe, expect, it } from '@jest/globals';
import { issueKey, type IssuedKey, type KnownKey } from '@jobstream/access';
import { DatabaseUnreachableError } from '@jobstream/database';
import { KeyRing } from './key-ring.js';

const minute = 60_000;

describe('a key ring', () => {
  let key: IssuedKey;
  let rows: Map<string, KnownKey>;
  let isAway: boolean;
  let asked: string[][];
  let touched: string[];
  let now: number;
  let ring: KeyRing;
  beforeEach(() => {
    key = issueKey(Date.now());
    rows = new Map([[key.id, rowOf(key)]]);
    [isAway, asked, touched, now] = [false, [], [], 0];
    const source = {
      find: async (ids: readonly string[]) => {
        asked.push([...ids]);
        if (isAway) throw new DatabaseUnreachableError('db:5432/x', new Error('refused'));
        return new Map([...rows].filter(([id]) => ids.includes(id)));
      },
      touch: async (ids: readonly string[]) => void touched.push(...ids),
    };
    ring = new KeyRing(source, () => now);
  });

  function rowOf({ id, hash }: IssuedKey, changes: Partial<KnownKey> = {}): KnownKey {
    const rateLimit = { requests: 2, windowSeconds: 1 };
    return {
      id,
      hash,
      owner: 'web',
      scopes: ['read'],
      rateLimit,
      isRevoked: false,
      remainingMs: null,
      ...changes,
    };
  }
  const refused = (text: string) =>
    expect(ring.identify(text)).rejects.toMatchObject({ code: 'unauthenticated' });

  it('asks for a key once, however many come with it at first', async () => {
    const callers = await Promise.all([1, 2, 3].map(() => ring.identify(key.text)));
    expect(callers[0]).toMatchObject({ keyId: key.id, owner: 'web', scopes: ['read'] });
    await ring.identify(key.text);
    expect(asked.flat()).toEqual([key.id]);
  });

  it('refuses malformed keys without asking, and unknown keys after asking', async () => {
    await refused('jsk_nonsense');
    await refused(`${key.text.slice(0, -1)}${key.text.endsWith('0') ? '1' : '0'}`);
    expect(asked).toEqual([]);
    await refused(issueKey(Date.now()).text);
    expect(asked).toHaveLength(1);
  });

  it('refuses a key whose secret is another than that of its row', async () => {
    rows.set(key.id, rowOf({ ...issueKey(Date.now()), id: key.id }));
    await refused(key.text);
  });

  it('refuses a key from the moment it expires, by what Postgres said was left', async () => {
    rows.set(key.id, rowOf(key, { remainingMs: 5_000 }));
    await ring.identify(key.text);
    now = 4_999;
    await ring.identify(key.text);
    now = 5_000;
    await refused(key.text);
  });

  it('refuses a revoked key: when told, when a refresh says so, when its row is gone', async () => {
    const { revoked } = await ring.identify(key.text);
    ring.revoke(key.id);
    expect(revoked.aborted).toBe(true);
    await refused(key.text);
    // What a refresh read before the key was revoked does not bring it back.
    await ring.refresh();
    await refused(key.text);

    const [told, gone] = [issueKey(Date.now()), issueKey(Date.now())];
    for (const each of [told, gone]) rows.set(each.id, rowOf(each));
    await Promise.all([ring.identify(told.text), ring.identify(gone.text)]);
    rows.set(told.id, rowOf(told, { isRevoked: true }));
    rows.delete(gone.id);
    await ring.refresh();
    await refused(told.text);
    await refused(gone.text);
  });

  it('believes nobody but Postgres that a key was revoked, and asks it once however often that is said', async () => {
    const { revoked } = await ring.identify(key.text);
    asked.length = 0;
    await Promise.all(Array.from({ length: 1_000 }, () => ring.recheck(key.id)));
    expect(asked).toEqual([[key.id]]);
    expect(revoked.aborted).toBe(false);
    await ring.identify(key.text);

    rows.set(key.id, rowOf(key, { isRevoked: true }));
    await ring.recheck(key.id);
    expect(revoked.aborted).toBe(true);
    await refused(key.text);
  });

  it('asks nothing about a key it has not seen, and keeps what it knows while Postgres is away', async () => {
    await ring.recheck(issueKey(Date.now()).id);
    expect(asked).toEqual([]);
    await ring.identify(key.text);
    isAway = true;
    await ring.recheck(key.id);
    await ring.identify(key.text);
  });

  it('keeps keys valid for ten minutes while Postgres is away, and no key that it has not seen', async () => {
    await ring.identify(key.text);
    isAway = true;
    await expect(ring.identify(issueKey(Date.now()).text)).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    await expect(ring.refresh()).rejects.toThrow(DatabaseUnreachableError);
    now = 10 * minute;
    await ring.identify(key.text);
    now = 10 * minute + 1;
    await expect(ring.identify(key.text)).rejects.toMatchObject({ code: 'database_unavailable' });
    isAway = false;
    await ring.refresh();
    await ring.identify(key.text);
  });

  it('reports the keys that were used since its last report', async () => {
    await ring.identify(key.text);
    await ring.refresh();
    await ring.refresh();
    expect(touched).toEqual([key.id]);
  });

  it('counts each key by itself', async () => {
    const other = issueKey(Date.now());
    rows.set(other.id, rowOf(other));
    const allowed = async (text: string) => ring.count(await ring.identify(text)).isAllowed;
    expect([await allowed(key.text), await allowed(key.text), await allowed(key.text)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await allowed(other.text)).toBe(true);
    now = 1_000;
    expect(await allowed(key.text)).toBe(true);
  });
});
