import { join } from 'node:path';
import { styleText } from 'node:util';
import { ProgressTable } from '../output/progress-table.js';
import { LogFollower } from './log-follower.js';
import { isAtLeast, readLogLine, type Level, type LogLine } from './log-line.js';

const POLL_MS = 100;
const OWN_NAME = 'jobstream';

const styles: Partial<Record<Level, 'yellow' | 'red'>> = { warn: 'yellow', error: 'red', fatal: 'red' };

/** One log of many processes, each line with the name of the one that said it: `worker    │ …`. */
export class DevLog {
  /** For what we say ourselves. */
  readonly table: ProgressTable;
  private readonly followed: { who: string; least: Level; follower: LogFollower }[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly width: number;

  /**
   * @param names of all that speak, for the width of the column
   * @param logs the folder in which each has its log
   */
  constructor(
    private readonly out: NodeJS.WriteStream,
    names: readonly string[],
    private readonly logs: string,
  ) {
    this.width = Math.max(...[OWN_NAME, ...names].map(({ length }) => length));
    this.table = new ProgressTable(out, this.label(OWN_NAME, 'bold'));
    this.timer = setInterval(() => this.read(), POLL_MS);
  }

  /** Shows what is appended to this file from now on, if it is at least so grave. */
  follow(who: string, file: string, least: Level): void {
    this.followed.push({ who, least, follower: new LogFollower(join(this.logs, file)) });
  }

  /** Shows the last lines, and no more. */
  end(): void {
    clearInterval(this.timer);
    this.read();
  }

  private read(): void {
    for (const { who, least, follower } of this.followed) {
      const lines = follower
        .read()
        .map(readLogLine)
        .filter((line) => isAtLeast(line, least));
      if (lines.length > 0) this.table.print(lines.map((line) => this.format(who, line)).join(''));
    }
  }

  private format(who: string, { level, text }: LogLine): string {
    const label = this.label(who, who === 'worker' ? 'cyan' : 'gray');
    const style = level && styles[level];
    const shown = level && level !== 'info' ? `${level}: ${text}` : text;
    return shown
      .split('\n')
      .map((line) => `${label}${style ? this.paint(style, line) : line}\n`)
      .join('');
  }

  private label(who: string, style: 'bold' | 'cyan' | 'gray'): string {
    return `${this.paint(style, who.padEnd(this.width))} │ `;
  }

  private paint(style: 'bold' | 'cyan' | 'gray' | 'yellow' | 'red', text: string): string {
    return this.out.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text;
  }
}
