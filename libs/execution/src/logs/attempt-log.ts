import { maxLogBytes, maxLogLines, type JobLogger } from '@jobstream/contracts';
import type { LogLevel } from '@jobstream/contracts/records';
import type { Clock, Logger } from '@jobstream/runtime';
import { LineWriter, type Logged } from './line-text.js';

/** Takes the lines of one attempt that are kept. */
export interface LineKeeper {
  /** @param line a `LogLine` as JSON. @returns false when there is no room for it at present, and once the attempt has ended */
  keep(line: string): boolean;
  /** Counts lines that are not kept. */
  leaveOut(count: number): void;
  /** The attempt has ended: nothing follows. */
  end(): void;
}

const writer = new LineWriter();

export interface AttemptLogOptions {
  /** The log of the worker, with the facts of the attempt. Asked for with the first line: most attempts log none. */
  logger(this: void): Logger;
  /** Asked for with the first line. Always the same one. */
  keeper(this: void): LineKeeper;
  readonly clock: Clock;
}

/**
 * What a handler logs: the first 1,000 lines of an attempt, or 64 KiB of them, go to the log of the worker and are kept with the
 * attempt. Further lines are counted and go nowhere, since writing them would hold up the other jobs of the process. Lines of the
 * level `debug` are kept where the worker logs them too.
 */
export class AttemptLog implements JobLogger {
  private lines = 0;
  private bytes = 0;
  private isFull = false;

  constructor(private readonly options: AttemptLogOptions) {}

  readonly debug = (...logged: Logged): void => this.take('debug', logged);
  readonly info = (...logged: Logged): void => this.take('info', logged);
  readonly warn = (...logged: Logged): void => this.take('warn', logged);
  readonly error = (...logged: Logged): void => this.take('error', logged);

  private take(level: LogLevel, logged: Logged): void {
    const logger = this.options.logger();
    const keeper = this.options.keeper();
    if (level === 'debug' && !logger.isLevelEnabled('debug')) return;
    if (this.isFull) {
      keeper.leaveOut(1);
      return;
    }
    if (typeof logged[0] === 'string') logger[level](logged[0]);
    else logger[level](logged[0], logged[1]);
    if (!this.keep(level, logged)) keeper.leaveOut(1);
  }

  private keep(level: LogLevel, logged: Logged): boolean {
    const line = writer.write(level, logged, this.options.clock.now());
    this.lines += 1;
    this.bytes += Buffer.byteLength(line);
    this.isFull = this.lines > maxLogLines || this.bytes > maxLogBytes;
    if (this.isFull) this.options.logger().warn('log of the attempt full: further lines are left out');
    return !this.isFull && this.options.keeper().keep(line);
  }
}
