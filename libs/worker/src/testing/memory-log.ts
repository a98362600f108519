import { createLoggerTo, type Logger } from '@jobstream/runtime';

/** A line of the log, with its fields. */
export interface LogLine {
  readonly level: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** Keeps the lines that a worker would write at the level `info`. */
export class MemoryLog {
  readonly lines: LogLine[] = [];
  readonly logger: Logger = createLoggerTo(
    { write: (line) => void this.lines.push(JSON.parse(line) as LogLine) },
    'test',
    'info',
  );
}
