import { writeSync } from 'node:fs';

/** Pause between two tries at a pipe that is full. */
const pauseMs = 20;

/**
 * Writes log lines to a file descriptor, each before `write` returns. Where that fails (a full disk, a reader that has gone) one
 * line is kept and the others are lost and counted; it is never an error, since no work is to stop because nobody can be told
 * of it. pino's own output would throw, or wait for room without end before a process could end by `fatal`.
 */
export class LogOutput {
  /** The part of the last accepted line that is not written yet. */
  private pending = Buffer.alloc(0);
  private lost = 0;
  private why = '';

  /**
   * @param fd 1 is standard output
   * @param describeLoss makes the line that stands in place of `lost` others, once writing works again
   */
  constructor(
    private readonly fd: number,
    private readonly describeLoss: (lost: number, why: string) => string,
  ) {}

  /** @param line with its line break */
  write(line: string): void {
    if (this.drain() && this.lost > 0) {
      this.pending = Buffer.from(this.describeLoss(this.lost, this.why));
      this.lost = 0;
    }
    if (this.drain()) {
      this.pending = Buffer.from(line);
      this.drain();
    } else {
      this.lost += 1;
    }
  }

  /** Returns whether everything accepted is written. */
  private drain(): boolean {
    while (this.pending.length > 0) {
      try {
        this.pending = this.pending.subarray(writeSync(this.fd, this.pending));
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN') {
          this.why = message;
          return false;
        }
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
      }
    }
    return true;
  }
}
