import type { LogLine } from '@jobstream/contracts/records';
import type { LineKeeper } from '@jobstream/execution/in-memory';
import { createLoggerTo, type Logger } from '@jobstream/runtime';

/** Keeps the lines of handlers as a platform keeps them, of all attempts of a job together. */
export class MemoryLog implements LineKeeper {
  readonly lines: LogLine[] = [];
  /** What the worker would log goes nowhere. */
  readonly logger: Logger = createLoggerTo({ write: () => undefined }, 'test', 'info');

  keep(line: string): boolean {
    this.lines.push(JSON.parse(line) as LogLine);
    return true;
  }

  leaveOut(): void {
    // A test sees the lines that are kept.
  }

  end(): void {
    // They stay.
  }
}
