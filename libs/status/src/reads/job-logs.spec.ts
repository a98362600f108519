import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { jobLogPageSchema, type LinePlace } from '@jobstream/contracts/rest';
import { maxLogRows, type JobLogRow } from '@jobstream/projection';
import type { CatchUp } from './catch-up.js';
import type { FoundJob } from './found-job.js';
import { JobLogs } from './job-logs.js';

const id = newJobId();
const at = '2026-01-01T00:00:00.000Z';

/** A record of so many lines. */
function rowAt(offset: number, count: number, leftOut: number | null = null): JobLogRow {
  return {
    id,
    partition: 0,
    offset,
    appendedAt: new Date(at),
    run: 1,
    attempt: 1,
    worker: 'w-1',
    leftOut,
    lines: Array.from({ length: count }, (_, nth) => ({ at, level: 'info', message: `${offset}-${nth}` })),
  };
}

function logsOf(all: readonly JobLogRow[]): JobLogs {
  return new JobLogs({
    reader: { peek: async () => ({}) as FoundJob },
    rows: {
      read: async (_, { from = 0 }) => all.filter(({ offset }) => offset >= from).slice(0, maxLogRows),
    },
    catchUp: { reach: async () => true } as unknown as CatchUp,
  });
}

const placeOf = (text: string): LinePlace => {
  const [offset, line] = text.split('.').map(Number);
  return { offset: offset!, line: line! };
};

async function readAll(all: readonly JobLogRow[], limit: number): Promise<string[]> {
  const logs = logsOf(all);
  const messages: string[] = [];
  for (let after: LinePlace | undefined; ;) {
    const { items, next } = jobLogPageSchema.parse(await logs.page(id, { limit, after }));
    expect(items.length).toBeLessThanOrEqual(limit);
    messages.push(...items.map(({ message }) => message));
    if (next === null) return messages;
    after = placeOf(next);
  }
}

describe('the lines of a job', () => {
  it.each([1, 2, 3, 7, 1_000])('are read once each, in order, in pages of %i', async (limit) => {
    const rows = [rowAt(3, 2), rowAt(9, 5), rowAt(10, 1)];
    expect(await readAll(rows, limit)).toEqual(['3-0', '3-1', '9-0', '9-1', '9-2', '9-3', '9-4', '10-0']);
  });

  it('are read over more records than one look takes', async () => {
    const rows = Array.from({ length: maxLogRows * 2 + 5 }, (_, nth) => rowAt(nth, 1));
    expect(await readAll(rows, 1_000)).toEqual(rows.map((_, nth) => `${nth}-0`));
  });

  it('end with one that says how many were left out, also where that is all', async () => {
    const logs = logsOf([rowAt(3, 1), rowAt(4, 0, 99)]);
    const { items, next } = await logs.page(id, { limit: 10 });
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { id: '3.0', message: '3-0', leftOut: null },
      { id: '4.0', level: 'warn', leftOut: 99, message: expect.stringContaining('99 lines') },
    ]);
  });

  it('are none where nothing was logged', async () => {
    expect(await logsOf([]).page(id, { limit: 10 })).toEqual({ items: [], next: null });
  });
});
