/** A record to append. `topic` is the complete name (namespace included); a `null` value is a tombstone. */
export interface OutgoingRecord {
  topic: string;
  /** Decides the partition (murmur2, as Kafka's own clients do): records of one key keep their order. */
  key: string | Buffer;
  value: Buffer | string | null;
  headers: Record<string, string>;
}

/**
 * A record as read from the log. Key and value are the record's own copies and may be kept; offsets and timestamps
 * are plain numbers (`timestamp` in milliseconds since 1970: the broker's append time on topics made by `TopicAdmin`).
 * Headers are decoded as UTF-8; of a header given more than once the last one counts. They are null where the record has
 * more than 1,000 of them, or more than 64 KiB: none of ours has, so they are not looked at.
 */
export interface IncomingRecord {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string> | null;
}

/**
 * Where an acknowledged record lies. `appendedAt`: the broker's append time in ms, as consumers will see it. `resent`: an
 * earlier attempt went unacknowledged, so another copy may lie before this one.
 */
export interface RecordReceipt {
  topic: string;
  partition: number;
  offset: number;
  appendedAt: number;
  resent: boolean;
}

/** One partition of one topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}
