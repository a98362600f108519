import type { LogLine, Platform, ServiceProcess } from '@jobstream/testing';

/** What workers really did, by the log lines that each attempt leaves at its start and at its end. */
export class AttemptLedger {
  constructor(private readonly platform: Platform) {}

  /** Attempts that have ended, in all processes. */
  ended(): number {
    return this.lines('attempt ended').length;
  }

  /** Jobs of which some attempt was started more than once. */
  rerun(): Set<string> {
    const seen = new Set<string>();
    const rerun = new Set<string>();
    for (const line of this.lines('attempt started')) {
      const start = attemptOf(line);
      if (seen.has(start)) rerun.add(line.job as string);
      seen.add(start);
    }
    return rerun;
  }

  /** How often attempts of this run were started, by job. */
  startsOf(run: number): Map<string, number> {
    const starts = new Map<string, number>();
    for (const line of this.lines('attempt started'))
      if (line.run === run) starts.set(line.job as string, (starts.get(line.job as string) ?? 0) + 1);
    return starts;
  }

  /** Attempts that a process has started and not ended. */
  running({ log }: ServiceProcess): number {
    const count = (msg: string) => log.filter((line) => line.msg === msg).length;
    return count('attempt started') - count('attempt ended');
  }

  /** The jobs whose attempts a process has started and not ended. */
  runningJobs({ log }: ServiceProcess): string[] {
    const ended = new Set(log.filter(({ msg }) => msg === 'attempt ended').map(attemptOf));
    const started = log.filter((line) => line.msg === 'attempt started' && !ended.has(attemptOf(line)));
    return started.map(({ job }) => job as string);
  }

  /** The ends of attempts of a process that no commit, known to it as landed at a time in ms since 1970, can hold. */
  uncommittedEnds({ log }: ServiceProcess, at: number): LogLine[] {
    const until = log.filter(({ time }) => !(Date.parse(time) > at));
    const landed = until.findLastIndex(({ msg }) => msg === 'commit landed');
    // One commit is under way at a time, so this is the one that landed.
    const sent = until.slice(0, landed + 1).findLastIndex(({ msg }) => msg === 'commit sent');
    return until.slice(sent + 1).filter(({ msg }) => msg === 'attempt ended');
  }

  /** Attempts that a dead process had started and may not have committed. */
  inFlightAtDeath(service: ServiceProcess): number {
    const fresh = new Set(this.uncommittedEnds(service, Infinity));
    const ends = service.log.filter((line) => line.msg === 'attempt ended' && !fresh.has(line));
    const committed = new Set(ends.map(attemptOf));
    const started = new Set(service.log.filter(({ msg }) => msg === 'attempt started').map(attemptOf));
    return [...started].filter((attempt) => !committed.has(attempt)).length;
  }

  /** Attempts that live processes had started and may not have committed when a partition was taken from them. */
  inFlightOnLost(): number {
    return this.platform.processes.reduce((sum, service) => {
      const losses = service.log.filter(({ msg }) => msg === 'partitions lost');
      const uncommitted = losses.map(
        ({ time, running }) => (running as number) + this.uncommittedEnds(service, Date.parse(time)).length,
      );
      return sum + uncommitted.reduce((all, one) => all + one, 0);
    }, 0);
  }

  /** The longest time without a start of any attempt between two times, in ms. */
  longestGap(from: number, to: number): number {
    const starts = this.lines('attempt started')
      .map(({ time }) => Date.parse(time))
      .filter((time) => time >= from && time <= to)
      .sort((a, b) => a - b);
    return Math.max(...[...starts, to].map((time, nth) => time - (starts[nth - 1] ?? from)));
  }

  /** Of each job its first start and when it first succeeded, in ms since 1970; processes of one machine share the clock. */
  spans(): Map<string, { started: number; succeeded: number }> {
    const spans = new Map<string, { started: number; succeeded: number }>();
    const spanOf = (job: string) => {
      const span = spans.get(job) ?? { started: Infinity, succeeded: Infinity };
      spans.set(job, span);
      return span;
    };
    for (const { job, time } of this.lines('attempt started')) {
      const span = spanOf(job as string);
      span.started = Math.min(span.started, Date.parse(time));
    }
    for (const { job, time, outcome } of this.lines('attempt ended')) {
      const span = spanOf(job as string);
      if (outcome === 'succeed') span.succeeded = Math.min(span.succeeded, Date.parse(time));
    }
    return spans;
  }

  private lines(msg: string): LogLine[] {
    return this.platform.processes.flatMap(({ log }) => log.filter((line) => line.msg === msg));
  }
}

function attemptOf({ job, run, attempt }: LogLine): string {
  return `${String(job)}/${String(run)}/${String(attempt)}`;
}
