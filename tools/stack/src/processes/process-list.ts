import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { explainFileError } from '../file-errors.js';

/** One process of the platform, as processes.json lists it. */
export interface ProcessEntry {
  service: string;
  /** From 1. */
  instance: number;
  pid: number;
  port: number;
  /** Of its HTTP server; only services have one. */
  url?: string;
  /** What its `/health/ready` shows as `jobstream-instance`. */
  token?: string;
}

const RETRY_MS = 2_000;

/**
 * processes.json: what runs, for `--status`, the demo and the doctor. The platform does not depend on it: while it can't be
 * written (a full disk) the platform goes on, and the file is written once there is room.
 */
export class ProcessList {
  private unwritten: readonly ProcessEntry[] | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly file: string,
    private readonly say: (line: string) => void,
  ) {}

  /** Writes what runs now; never throws. */
  write(entries: readonly ProcessEntry[]): void {
    try {
      // Renamed when it is whole, so that nobody reads half of it.
      writeFileSync(`${this.file}.new`, `${JSON.stringify(entries, null, 1)}\n`);
      renameSync(`${this.file}.new`, this.file);
    } catch (error) {
      return this.keep(entries, error);
    }
    if (this.unwritten) this.say(`${this.file} is written again`);
    this.forget();
  }

  /** Nothing runs any more. */
  remove(): void {
    this.forget();
    for (const file of [this.file, `${this.file}.new`]) rmSync(file, { force: true });
  }

  private keep(entries: readonly ProcessEntry[], error: unknown): void {
    if (!this.unwritten) {
      const why = explainFileError(error);
      this.say(
        `${this.file} can't be written: ${why}. The platform goes on; --status shows what ran before.`,
      );
    }
    this.unwritten = entries;
    this.retry ??= setInterval(() => this.write(this.unwritten!), RETRY_MS).unref();
  }

  private forget(): void {
    clearInterval(this.retry);
    this.retry = undefined;
    this.unwritten = undefined;
  }
}

/** The processes in a file that {@link ProcessList} wrote; undefined where there is none. */
export function readProcessList(file: string): ProcessEntry[] | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessEntry[];
  } catch {
    return undefined;
  }
}
