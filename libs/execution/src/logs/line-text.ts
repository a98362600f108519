import { stripVTControlCharacters } from 'node:util';
import { maxLogMessageLength } from '@jobstream/contracts';
import { timeWriter, type LogLevel, type LogLine } from '@jobstream/contracts/records';
import { createLoggerTo, type Logger } from '@jobstream/runtime';

/** What a handler gives to a method of its logger: a text, or fields with one. */
export type Logged = readonly [message: string] | readonly [fields: object, message?: string];

/** Characters of a line's fields as JSON; larger ones are left out. */
const maxFieldsLength = 8_000;
/** What a logger puts into each of its lines. */
const ownFields = new Set(['level', 'time', 'service', 'msg']);
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g;
const halves = /[\ud800-\udfff]/gu;

/**
 * Makes the lines that are kept of a handler's log: safe text, JSON of a bounded size. Fields are written as the worker's own log
 * writes them, so that errors look the same and secrets are left out of both.
 */
export class LineWriter {
  private written = '';
  private readonly writeTime = timeWriter();
  private readonly logger: Logger = createLoggerTo(
    { write: (text) => void (this.written = text) },
    'lines',
    'debug',
  );

  /** A {@link LogLine} as JSON. Never throws. @param at milliseconds since 1970 */
  write(level: LogLevel, logged: Logged, at: number): string {
    const { message, fields } = this.read(level, logged);
    const line: LogLine = { at: this.writeTime(at), level, message, ...(fields && { fields }) };
    return JSON.stringify(line);
  }

  private read(level: LogLevel, [first, second]: Logged): Pick<LogLine, 'message' | 'fields'> {
    if (typeof first === 'string') return { message: safeMessage(first) };
    const given = second === undefined ? undefined : safeMessage(String(second));
    try {
      if (given === undefined) this.logger[level](first);
      else this.logger[level](first, given);
      const { written } = this;
      this.written = '';
      if (written.length > maxFieldsLength + maxLogMessageLength)
        return { message: `${given ?? ''} [${written.length} characters of fields left out]`.trimStart() };
      return fieldsOf(written);
    } catch (error) {
      return { message: `${given ?? ''} [fields left out: ${(error as Error).message}]`.trimStart() };
    }
  }
}

function fieldsOf(written: string): Pick<LogLine, 'message' | 'fields'> {
  const all = JSON.parse(written, (_, value: unknown) =>
    typeof value === 'string' ? safeText(value) : value,
  ) as Record<string, unknown>;
  const message = typeof all.msg === 'string' ? safeMessage(all.msg) : '';
  const fields = Object.entries(all).filter(([name]) => !ownFields.has(name));
  return fields.length === 0 ? { message } : { message, fields: Object.fromEntries(fields) };
}

function safeMessage(text: string): string {
  if (text.length <= maxLogMessageLength) return safeText(text);
  const left = text.length - maxLogMessageLength;
  return `${safeText(text.slice(0, maxLogMessageLength))} [${left} characters left out]`;
}

/** Without escape sequences; U+FFFD for each other control character but tab and line break, and for each half of a surrogate pair. */
function safeText(text: string): string {
  return stripVTControlCharacters(text).replace(controls, '\ufffd').replace(halves, '\ufffd');
}
