const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** How grave a log line is. */
export type Level = (typeof levels)[number];

/** A line of a process' log. */
export interface LogLine {
  /** Undefined where the line is not one of a logger, as what `console.log` and a crash print. */
  readonly level: Level | undefined;
  /** For people: the message and its fields, then the stack of its error in lines of their own. */
  readonly text: string;
}

/** Fields that each line has, or that are shown in another way. */
const usual = new Set(['level', 'time', 'service', 'pid', 'hostname', 'msg', 'err']);

/** Reads a line that pino or anything else has written. */
export function readLogLine(line: string): LogLine {
  const entry = parseEntry(line);
  if (entry === undefined) return { level: undefined, text: line };
  const fields = Object.entries(entry)
    .filter(([name]) => !usual.has(name))
    .map(([name, value]) => `${name}=${describeValue(value)}`);
  const { msg, err } = entry as { msg?: string; err?: { stack?: string; message?: string } };
  const stack = err?.stack ?? err?.message;
  const head = [msg, ...fields].filter(Boolean).join('  ');
  return { level: entry.level as Level, text: stack === undefined ? head : `${head}\n${stack}` };
}

/** Whether a line is at least so grave. One without a level is: whoever wrote it wanted it seen. */
export function isAtLeast({ level }: LogLine, least: Level): boolean {
  return level === undefined || levels.indexOf(level) >= levels.indexOf(least);
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as Record<string, unknown>;
    return levels.includes(entry.level as Level) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function describeValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
