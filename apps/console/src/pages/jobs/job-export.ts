import type { JobPage, ListedJob } from '@jobstream/contracts/rest';

/** The forms in which jobs are saved as a file. */
export type ExportForm = 'ndjson' | 'csv';

/** Jobs of one file at most: all of it is in the memory of the browser. */
export const maxExported = 10_000;
/** Characters of one file at most. */
const maxCharacters = 64 * 1024 * 1024;

/** What is in a file, and whether there is more that it does not hold. */
export interface ExportedJobs {
  readonly lines: readonly string[];
  readonly isCut: boolean;
}

const fields = [
  'id',
  'state',
  'type',
  'queue',
  'submittedFor',
  'run',
  'attempt',
  'createdAt',
  'startedAt',
  'finishedAt',
  'reason',
  'error',
  'payload',
] as const satisfies readonly (keyof ListedJob)[];

/**
 * Reads the jobs page by page and writes each as a line, up to a bound.
 * @param readPage the page that begins at a cursor
 * @param tell called with the count after each page
 */
export async function exportJobs(
  form: ExportForm,
  readPage: (cursor: string | undefined) => Promise<JobPage>,
  tell: (count: number) => void,
): Promise<ExportedJobs> {
  const header = form === 'csv' ? [`${fields.join(',')}\r\n`] : [];
  const lines: string[] = [];
  let characters = 0;
  for (let cursor: string | undefined; ;) {
    const { items, next } = await readPage(cursor);
    for (const job of items) {
      const line = form === 'csv' ? csvLine(job) : `${JSON.stringify(job)}\n`;
      characters += line.length;
      if (lines.length === maxExported || characters > maxCharacters)
        return { lines: [...header, ...lines], isCut: true };
      lines.push(line);
    }
    tell(lines.length);
    if (next === null) return { lines: [...header, ...lines], isCut: false };
    cursor = next;
  }
}

function csvLine(job: ListedJob): string {
  return `${fields.map((field) => csvCell(job[field])).join(',')}\r\n`;
}

/** A cell that no spreadsheet takes for a formula: an apostrophe stands before one that would be. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^\s*[=+\-@]|^[\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
