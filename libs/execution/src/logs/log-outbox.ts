import { encodeJobLog, type JobLog } from '@jobstream/contracts/records';
import type { OutgoingRecord } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { Counter, type Registry } from 'prom-client';
import type { LineKeeper } from './attempt-log.js';

/** The attempt that lines are of. */
export type LoggedAttempt = Pick<JobLog, 'id' | 'run' | 'attempt'>;

export interface LogOutboxOptions {
  readonly topic: string;
  /** The name of this process. */
  readonly worker: string;
  readonly send: (record: OutgoingRecord) => Promise<unknown>;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** Lines wait this long for others of their attempt. */
const gatherMs = 250;
/** Lines of one attempt that are sent at once. */
const fullBytes = 16 * 1_024;
/** Lines that this process holds, waiting and on their way. */
const maxHeldBytes = 4 * 1_024 * 1_024;
/** Lines on their way at once: what outcomes may find before them. */
const maxSentBytes = 512 * 1_024;

/**
 * Sends the lines that handlers log to `jobs.logs`: those of an attempt gathered into records, for all attempts of a process.
 *
 * Invariants: it holds 4 MiB of lines at most, of which 512 KiB are on their way, so outcomes find room in the producer whatever
 * handlers log. A line without room is left out, and the end of its attempt tells how many were. Nothing waits for a line.
 */
export class LogOutbox {
  private readonly waiting = new Set<AttemptLines>();
  private heldBytes = 0;
  private sentBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private isLosing = false;
  private readonly leftOut: Counter;

  constructor(private readonly options: LogOutboxOptions) {
    this.leftOut = new Counter({
      name: 'jobstream_log_lines_left_out_total',
      help: 'Lines of handlers that were not kept, counted when their attempts have ended.',
      registers: [options.metrics],
    });
  }

  /** Takes the lines of an attempt that begins to log. */
  open(attempt: LoggedAttempt): LineKeeper {
    return new AttemptLines(attempt, {
      hasRoom: (bytes) => this.heldBytes + bytes <= maxHeldBytes,
      onHeld: (lines, bytes) => this.hold(lines, bytes),
      onEnd: (lines) => this.end(lines),
    });
  }

  /** Hands everything that waits to the producer, which has to be stopped afterwards. */
  close(): void {
    clearTimeout(this.timer);
    for (const lines of this.waiting) void this.send(lines);
  }

  private hold(lines: AttemptLines, bytes: number): void {
    this.heldBytes += bytes;
    this.waiting.add(lines);
    if (lines.bytes >= fullBytes) this.sendNow(lines);
    else this.timer ??= setTimeout(() => this.sendAll(), gatherMs);
  }

  private end(lines: AttemptLines): void {
    if (lines.isEmpty) return;
    this.waiting.add(lines);
    this.sendNow(lines);
  }

  private sendAll(): void {
    this.timer = undefined;
    for (const lines of this.waiting) {
      if (this.sentBytes >= maxSentBytes) return;
      void this.send(lines);
    }
  }

  private sendNow(lines: AttemptLines): void {
    if (this.sentBytes < maxSentBytes) void this.send(lines);
  }

  private async send(from: AttemptLines): Promise<void> {
    const { topic, worker, send } = this.options;
    this.waiting.delete(from);
    const { lines, bytes, leftOut } = from.take();
    this.leftOut.inc(leftOut);
    this.sentBytes += bytes;
    const log = { ...from.attempt, worker, ...(leftOut > 0 && { leftOut }) };
    await send({ topic, ...encodeJobLog(log, lines) }).then(
      () => this.noteTaken(),
      (error: unknown) => this.noteLost(from, lines.length, error),
    );
    this.sentBytes -= bytes;
    this.heldBytes -= bytes;
    if (this.waiting.size > 0) this.timer ??= setTimeout(() => this.sendAll(), 0);
  }

  private noteTaken(): void {
    if (this.isLosing) this.options.logger.info('log lines kept again');
    this.isLosing = false;
  }

  private noteLost(from: AttemptLines, count: number, err: unknown): void {
    if (from.hasEnded) this.leftOut.inc(count);
    else from.addLost(count);
    if (!this.isLosing) this.options.logger.warn({ err, job: from.attempt.id }, 'log lines lost');
    this.isLosing = true;
  }
}

interface AttemptLinesPorts {
  hasRoom(bytes: number): boolean;
  onHeld(lines: AttemptLines, bytes: number): void;
  onEnd(lines: AttemptLines): void;
}

/** The lines of one attempt that wait to be sent. */
class AttemptLines implements LineKeeper {
  private lines: string[] = [];
  private held = 0;
  private leftOut = 0;
  private isOver = false;

  constructor(
    readonly attempt: LoggedAttempt,
    private readonly ports: AttemptLinesPorts,
  ) {}

  /** Whether nothing of an ended attempt waits to be told. */
  get isEmpty(): boolean {
    return this.lines.length === 0 && this.leftOut === 0;
  }

  /** Whether its attempt has ended. */
  get hasEnded(): boolean {
    return this.isOver;
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.held;
  }

  keep(line: string): boolean {
    const bytes = Buffer.byteLength(line);
    if (this.isOver || !this.ports.hasRoom(bytes)) return false;
    this.lines.push(line);
    this.held += bytes;
    this.ports.onHeld(this, bytes);
    return true;
  }

  leaveOut(count: number): void {
    if (!this.isOver) this.leftOut += count;
  }

  end(): void {
    this.isOver = true;
    this.ports.onEnd(this);
  }

  /** Lines that the broker has not taken are left out as well, which is told when the attempt ends. */
  addLost(count: number): void {
    this.leftOut += count;
  }

  /** What waits; how many lines were left out is told once, at the end. */
  take(): { readonly lines: readonly string[]; readonly bytes: number; readonly leftOut: number } {
    const taken = { lines: this.lines, bytes: this.held, leftOut: this.isOver ? this.leftOut : 0 };
    this.lines = [];
    this.held = 0;
    if (this.isOver) this.leftOut = 0;
    return taken;
  }
}
