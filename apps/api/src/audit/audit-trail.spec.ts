import { describe, expect, it } from '@jest/globals';
import type { AuditRecord } from '@jobstream/access';
import { DatabaseUnreachableError } from '@jobstream/database';
import { createLogger } from '@jobstream/runtime';
import { eventually } from '@jobstream/testing';
import { AuditTrail } from './audit-trail.js';
import type { NotedEntry } from './noted-entry.js';

const entry = (target: string): NotedEntry => ({
  who: 'web',
  keyId: null,
  action: 'PUT /v1/schedules/:name',
  target,
  requestId: '/requests/a-1',
  status: 200,
});

function openTrail(maxWaiting?: number, steady?: { ms: number }) {
  const rows: AuditRecord[] = [];
  const database = { isAway: false, refuses: false, time: Date.UTC(2026, 0, 1) };
  let dropped = 0;
  const trail = new AuditTrail({
    store: {
      now: async () => database.time,
      append: async (records) => {
        if (database.isAway) throw new DatabaseUnreachableError('db:5432/x', new Error('refused'));
        if (database.refuses) throw new Error('value too long');
        rows.push(...records);
      },
    },
    logger: createLogger('test', 'silent'),
    onDropped: (count) => (dropped += count),
    ...(maxWaiting !== undefined && { maxWaiting }),
    ...(steady && { monotonic: () => steady.ms }),
  });
  return { trail, rows, database, dropped: () => dropped, targets: () => rows.map(({ target }) => target) };
}

describe('the audit', () => {
  it('gathers entries and keeps their order', async () => {
    const { trail, targets } = openTrail();
    for (const target of ['/a', '/b', '/c']) trail.note(entry(target));
    expect(targets()).toEqual([]);
    await eventually(() => expect(targets()).toEqual(['/a', '/b', '/c']));
  });

  it('gives entries of one millisecond ids in the order in which they were noted, over batches too', async () => {
    const { trail, rows } = openTrail(undefined, { ms: 0 });
    for (let batch = 0; batch < 3; batch++) {
      for (let nth = 0; nth < 40; nth++) trail.note(entry(`/${batch}/${nth}`));
      await eventually(() => expect(rows).toHaveLength((batch + 1) * 40));
    }
    const ids = rows.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
    expect(new Set(rows.map(({ at }) => at)).size).toBe(1);
  });

  it('writes the first of many refusals, and how many more there were, and every change', async () => {
    const { trail, targets } = openTrail();
    for (let nth = 0; nth < 1_000; nth++) {
      trail.note({ ...entry('/refused'), status: 422 });
      if (nth % 250 === 0) trail.note(entry(`/made/${nth}`));
    }
    await trail.close();
    expect(targets()).toEqual(['/refused', '/made/0', '/made/250', '/made/500', '/made/750', '999 more']);
  });

  it('waits for Postgres, and shows entries without room as a gap', async () => {
    const { trail, database, rows, targets, dropped } = openTrail(2);
    database.isAway = true;
    for (const target of ['/a', '/b', '/c', '/d', '/e']) trail.note(entry(target));
    expect(dropped()).toBe(3);
    database.isAway = false;
    await eventually(() => expect(targets()).toEqual(['/a', '/b', '3 entries']));
    expect(rows.at(-1)).toMatchObject({ action: 'audit.dropped', status: 503 });
  });

  it('is not held up by entries that Postgres refuses', async () => {
    const { trail, database, dropped, targets } = openTrail();
    database.refuses = true;
    trail.note(entry('/a'));
    await eventually(() => expect(dropped()).toBe(1));
    database.refuses = false;
    trail.note(entry('/b'));
    await eventually(() => expect(targets()).toContain('/b'));
  });

  it("dates entries by Postgres' clock, less what they waited for it, and not anew when they are appended again", async () => {
    const steady = { ms: 500 };
    const { trail, database, rows } = openTrail(undefined, steady);
    database.isAway = true;
    trail.note(entry('/a'));
    steady.ms += 60_000;
    trail.note(entry('/b'));
    database.isAway = false;
    await eventually(() => expect(rows).toHaveLength(2));
    expect(rows.map(({ at }) => Date.parse(at) - database.time)).toEqual([-60_000, 0]);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort());
  });

  it('writes its entries before the process ends, or counts them as dropped', async () => {
    const open = openTrail();
    open.trail.note(entry('/a'));
    await open.trail.close();
    expect(open.targets()).toEqual(['/a']);

    const away = openTrail();
    away.database.isAway = true;
    away.trail.note(entry('/a'));
    await away.trail.close();
    expect(away.dropped()).toBe(1);
  });
});
