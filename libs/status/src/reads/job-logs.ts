import { lineId, type JobLogLine, type JobLogPage, type LinePlace } from '@jobstream/contracts/rest';
import { maxLogRows, type JobLogRow, type JobLogRows } from '@jobstream/projection';
import type { CatchUp } from './catch-up.js';
import { readJobId, type JobReader } from './job-reader.js';

export interface JobLogsOptions {
  readonly reader: Pick<JobReader, 'peek'>;
  readonly rows: Pick<JobLogRows, 'read'>;
  /** Waits for the rows of what handlers log. */
  readonly catchUp: CatchUp;
}

/** Which lines of a job to read: those that meet every condition given. */
export interface JobLogWish {
  readonly run?: number | undefined;
  readonly attempt?: number | undefined;
  /** The line after which to begin; undefined for the first. */
  readonly after?: LinePlace | undefined;
  /** Lines at most, 1 or more. */
  readonly limit: number;
}

/** Reads what the handlers of jobs have logged. */
export class JobLogs {
  constructor(private readonly options: JobLogsOptions) {}

  /**
   * A page of lines, once the rows hold what the log held at this call, after 2 s at most.
   * @throws StatusError as {@link JobReader.read} does
   */
  async page(text: string, { run, attempt, after, limit }: JobLogWish): Promise<JobLogPage> {
    const { reader, rows, catchUp } = this.options;
    const id = readJobId(text);
    await reader.peek(id);
    await catchUp.reach();
    const found = await rows.read(id, { run, attempt, from: after?.offset });
    const lines = found.flatMap((row) => linesOf(row)).filter((line) => isAfter(line.place, after));
    const items = lines.slice(0, limit).map(({ view }) => view);
    const isEnd = items.length === lines.length && found.length < maxLogRows;
    return { items, next: isEnd ? null : nextOf(items, found) };
  }
}

/** The lines of a record. What the platform says in place of others comes last. */
export function viewOfLines(row: JobLogRow): JobLogLine[] {
  return linesOf(row).map(({ view }) => view);
}

interface PlacedLine {
  readonly place: LinePlace;
  readonly view: JobLogLine;
}

function linesOf({ offset, run, attempt, worker, appendedAt, leftOut, lines }: JobLogRow): PlacedLine[] {
  const all: Pick<JobLogLine, 'time' | 'level' | 'message' | 'fields' | 'leftOut'>[] = lines.map(
    ({ at, level, message, fields = null }) => ({ time: at, level, message, fields, leftOut: null }),
  );
  if (leftOut !== null) {
    const message = `${leftOut} lines were left out: the log of an attempt keeps 1,000 lines and 64 KiB.`;
    all.push({ time: appendedAt.toISOString(), level: 'warn', message, fields: null, leftOut });
  }
  return all.map((line, at) => {
    const place = { offset, line: at };
    return { place, view: { id: lineId(place), run, attempt, worker, ...line } };
  });
}

function isAfter({ offset, line }: LinePlace, after: LinePlace | undefined): boolean {
  return after === undefined || offset > after.offset || (offset === after.offset && line > after.line);
}

/** A page without a line continues behind the records that it has looked at. */
function nextOf(items: readonly JobLogLine[], found: readonly JobLogRow[]): string {
  return items.at(-1)?.id ?? lineId({ offset: found.at(-1)!.offset, line: 9_999 });
}
