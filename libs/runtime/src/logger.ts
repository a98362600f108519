import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * JSON lines on standard output: one object a line, with `service`, ISO `time` and a level by name.
 * Give job id, run and attempt as fields; never payloads, mail addresses or secrets.
 */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: ['payload', '*.payload', 'authorization', '*.authorization', 'password', '*.password'],
  });
}
