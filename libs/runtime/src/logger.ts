import { pino, type DestinationStream, type Logger } from 'pino';
import { LogOutput } from './log-output.js';

export type { Logger };

/**
 * JSON lines on standard output: one object a line, with `service`, ISO `time` and a level by name.
 * Give job id, run and attempt as fields; never payloads, mail addresses or secrets.
 * @param fd where the lines go; default standard output
 */
export function createLogger(service: string, level: string, fd = 1): Logger {
  const output = new LogOutput(fd, (lost, why) => {
    const entry = {
      level: 'warn',
      time: new Date().toISOString(),
      service,
      lost,
      why,
      msg: 'log lines lost',
    };
    return `${JSON.stringify(entry)}\n`;
  });
  return createLoggerTo(output, service, level);
}

/** A logger whose lines, each with its line break, go to `output`; otherwise as {@link createLogger} says. */
export function createLoggerTo(output: DestinationStream, service: string, level: string): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: ['payload', '*.payload', 'authorization', '*.authorization', 'password', '*.password'],
    },
    output,
  );
}
