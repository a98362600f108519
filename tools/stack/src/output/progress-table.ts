import type { Progress } from './progress.js';

/**
 * Shows many things that are being done at once: one row each. On a terminal the rows are drawn in place; elsewhere
 * each change is a line, so that a log holds the same.
 */
export class ProgressTable {
  private readonly rows = new Map<string, string>();
  private drawn = 0;

  /** @param label what stands before a line that stays */
  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly label = '',
  ) {}

  /** A row's progress. */
  row(name: string): Progress {
    return (line) => this.set(name, line);
  }

  set(name: string, text: string): void {
    if (this.rows.get(name) === text) return;
    this.rows.set(name, text);
    if (this.out.isTTY) this.redraw();
    else this.out.write(`${formatRow(name, text)}\n`);
  }

  /** A line that stays, above the rows. */
  say(line: string): void {
    this.print(
      line
        .split('\n')
        .map((each) => `${this.label}${each}\n`)
        .join(''),
    );
  }

  /** Whole lines that stay as they are, above the rows. */
  print(lines: string): void {
    this.clear();
    this.out.write(lines);
    if (this.out.isTTY) this.redraw();
  }

  /** The rows stay as they are; the next ones are drawn below. */
  finish(): void {
    this.rows.clear();
    this.drawn = 0;
  }

  private redraw(): void {
    this.clear();
    const width = this.out.columns || 80;
    for (const [name, text] of this.rows) this.out.write(`${formatRow(name, text).slice(0, width - 1)}\n`);
    this.drawn = this.rows.size;
  }

  private clear(): void {
    if (this.drawn > 0) this.out.write(`\x1b[${this.drawn}A\x1b[0J`);
    this.drawn = 0;
  }
}

function formatRow(name: string, text: string): string {
  return `  ${name.padEnd(22)} ${text}`;
}
