import type { KafkaLogger } from './settings.js';

/** A log entry as kafkajs hands it to a log creator. */
export interface KafkajsLogEntry {
  namespace: string;
  /** 1 error, 2 warn, 4 info, 5 debug */
  level: number;
  log: { message: string; [field: string]: unknown };
}

const repeatMs = 30_000;

/** Messages that come whenever a broker starts or a member comes or goes: trying again handles them. */
const expectedMessages = [
  /coordinator is loading/i,
  /group is rebalancing/i,
  /rebalance in progress/i,
  /not aware of this member/i,
  /group coordinator is not available/i,
  /not the correct coordinator/i,
  /generation id is not valid|specified group generation/i,
  /needs to have a valid member id/i,
  /leadership election/i,
  /not the leader for that topic-partition/i,
  /Response without match/,
];

/**
 * Passes on what kafkajs logs, without what is expected and handled, and the same line at most once in 30 s:
 * an outage is one line with a count, not hundreds.
 */
export function quietLog(log: KafkaLogger, now: () => number): (entry: KafkajsLogEntry) => void {
  const seen = new Map<string, { at: number; dropped: number }>();
  return ({ namespace, level, log: { message, timestamp: _, logger: __, stack: ___, ...context } }) => {
    if (level > 2 || isExpected(message, context.error)) return;
    const broker = typeof context.broker === 'string' ? context.broker : '';
    const line = `${namespace} ${message} ${broker}`;
    const last = seen.get(line);
    if (last && now() - last.at < repeatMs) {
      last.dropped += 1;
      return;
    }
    if (seen.size > 200) seen.clear();
    seen.set(line, { at: now(), dropped: 0 });
    const repeated = last && last.dropped > 0 ? { repeated: last.dropped } : {};
    log('warn', `kafkajs: ${message}`, { ...context, ...repeated });
  };
}

function isExpected(message: string, error: unknown): boolean {
  const text = typeof error === 'string' ? `${message} ${error}` : message;
  return expectedMessages.some((pattern) => pattern.test(text));
}
