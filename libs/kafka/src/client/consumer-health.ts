/** The codes of all alarms. */
export const alarmCodes = [
  /** Records were deleted before they were read, or a topic was made anew: reading went on where its log begins. */
  'offset_out_of_range',
  /** A log lost what was read of it: its partition stands still. */
  'log_cut',
  /** The next batch is broken, or stored in a way that this version cannot read: its partition stands still. */
  'unreadable_batch',
  /** Keys now map to other partitions than the records already in the log. */
  'partition_count_changed',
  /** The head of line holds back so many finished offsets that the partition takes no more. */
  'metadata_bound',
  /** The fetch loop stood still and was restarted. */
  'loop_stalled',
] as const;
export type AlarmCode = (typeof alarmCodes)[number];

/** Something an operator has to know. It stays in `ConsumerHealth.alarms` until what caused it is gone. */
export interface ConsumerAlarm {
  code: AlarmCode;
  topic: string | null;
  partition: number | null;
  message: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** The lowest offset that is not finished and holds back the commit; `since`: when it was handed over (ms). */
export interface HeadOfLine {
  topic: string;
  partition: number;
  offset: number;
  since: number;
}

export interface PartitionHealth {
  topic: string;
  partition: number;
  /** The offset last committed by this process for this partition, null before the first commit. */
  committed: number | null;
  /** The offset that will be read next. */
  next: number;
  /** The log's end when last seen, 0 before the first fetch. */
  logEnd: number;
  /** Handed over and not finished. */
  outstanding: number;
  /** Of those, begun. */
  running: number;
  /** Finished above the lowest unfinished offset. */
  doneAboveWatermark: number;
  headOfLine: HeadOfLine | null;
  paused: boolean;
  /** Why reading stands still and what to do; null while it continues. */
  halted: string | null;
}

/** Why a consumer does not work, for readiness; null while it does. Undefined stands for a consumer that is not made yet. */
export function consumerFault(
  health: Pick<ConsumerHealth, 'joined' | 'partitions'> | undefined,
): string | null {
  if (!health?.joined) return 'Has not joined its consumer group yet.';
  return health.partitions.find(({ halted }) => halted !== null)?.halted ?? null;
}

/** A consumer seen from outside: for readiness, watchdog and metrics. */
export interface ConsumerHealth {
  /** Member of its group with a living loop. False means not ready, it recovers by itself. */
  joined: boolean;
  /** ms since the loop last showed life (heartbeat, fetch answer); paused partitions don't age it. */
  loopAgeMs: number;
  /** Joins of the group and restarts of the loop since `start`. */
  joins: number;
  restarts: number;
  partitions: PartitionHealth[];
  alarms: ConsumerAlarm[];
}
