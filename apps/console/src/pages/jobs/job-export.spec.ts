import { describe, expect, it } from '@jest/globals';
import type { JobPage, JobView } from '@jobstream/contracts/rest';
import { csvCell, exportJobs, maxExported } from './job-export.js';

const job = (id: string, payload: unknown = null) => ({ id, type: 'probe.run', payload }) as JobView;
const pages = (all: readonly JobView[][]) => (cursor: string | undefined) => {
  const at = Number(cursor ?? 0);
  const next = at + 1 < all.length ? String(at + 1) : null;
  return Promise.resolve<JobPage>({ items: all[at]!, next, scannedTo: null, indexed: null });
};

describe('the export of jobs', () => {
  it('has the jobs of all pages, also of those after an empty one, each on a line', async () => {
    const told: number[] = [];
    const read = pages([[job('a')], [], [job('b'), job('c')]]);
    const { lines, isCut } = await exportJobs('ndjson', read, (count) => told.push(count));
    expect(lines.map((line) => (JSON.parse(line) as JobView).id)).toEqual(['a', 'b', 'c']);
    expect([told, isCut]).toEqual([[1, 1, 3], false]);
  });

  it('is cut at its bound, and says so', async () => {
    const page = Array.from({ length: 500 }, (_, at) => job(String(at)));
    const { lines, isCut } = await exportJobs('ndjson', pages(Array(30).fill(page)), () => undefined);
    expect([lines.length, isCut]).toEqual([maxExported, true]);
  });

  it('begins with the names of its columns as CSV', async () => {
    const { lines } = await exportJobs('csv', pages([[job('a', { b: 'c,d' })]]), () => undefined);
    expect(lines[0]).toMatch(/^id,state,type,.*,payload\r\n$/);
    expect(lines[1]).toBe('a,,probe.run,,,,,,,,,,"{""b"":""c,d""}"\r\n');
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@cmd', "'@cmd"],
    ['\t=1', "'\t=1"],
    [' =1', "' =1"],
    ['=a,"b"', '"\'=a,""b"""'],
    ['line\nbreak', '"line\nbreak"'],
    ['a-1', 'a-1'],
    [-1, '-1'],
  ])('writes %j as a cell that no spreadsheet runs', (value, cell) => expect(csvCell(value)).toBe(cell));
});
