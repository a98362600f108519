import type { LogLine, Platform, ServiceProcess } from '@jobstream/testing';

/** How long after an attempt's end its offset may still be uncommitted: one commit interval and the commit under way. */
const commitMs = 250;

/** What workers really did, by the log lines that each attempt leaves at its start and at its end. */
export class AttemptLedger {
  constructor(private readonly platform: Platform) {}

  /** Attempts that have ended, in all processes. */
  ended(): number {
    return this.lines('attempt ends').length;
  }

  /** Jobs of which some attempt was started more than once. */
  rerun(): Set<string> {
    const seen = new Set<string>();
    const rerun = new Set<string>();
    for (const line of this.lines('attempt starts')) {
      const start = attemptOf(line);
      if (seen.has(start)) rerun.add(line.job as string);
      seen.add(start);
    }
    return rerun;
  }

  /** Attempts that a process has started and not ended. */
  running({ log }: ServiceProcess): number {
    const count = (msg: string) => log.filter((line) => line.msg === msg).length;
    return count('attempt starts') - count('attempt ends');
  }

  /** Attempts that a dead process had started and can't have committed. */
  inFlightAtDeath({ log }: ServiceProcess): number {
    const ends = log.filter(({ msg }) => msg === 'attempt ends');
    const lastSign = Math.max(...log.map(({ time }) => Date.parse(time)).filter(Number.isFinite));
    const committed = new Set(
      ends.filter(({ time }) => Date.parse(time) < lastSign - commitMs).map(attemptOf),
    );
    const started = new Set(log.filter(({ msg }) => msg === 'attempt starts').map(attemptOf));
    return [...started].filter((attempt) => !committed.has(attempt)).length;
  }

  private lines(msg: string): LogLine[] {
    return this.platform.processes.flatMap(({ log }) => log.filter((line) => line.msg === msg));
  }
}

function attemptOf({ job, run, attempt }: LogLine): string {
  return `${String(job)}/${String(run)}/${String(attempt)}`;
}
