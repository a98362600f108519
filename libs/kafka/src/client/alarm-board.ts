import type { AlarmCode, ConsumerAlarm } from './consumer-health.js';
import type { TopicPartition } from './record.js';
import type { KafkaLogger } from './settings.js';
import { steadyTime } from './steady-time.js';

/**
 * The alarms of a consumer: each is raised once (told, or logged where nobody is told) and stays up until cleared. Records may be lost again: of
 * a partition each loss is told, and the last one stays up.
 */
export class AlarmBoard {
  private readonly standing = new Map<string, ConsumerAlarm>();
  private readonly log: KafkaLogger;
  private readonly tell: ((alarm: ConsumerAlarm) => void) | undefined;

  constructor(log: KafkaLogger, tell?: (alarm: ConsumerAlarm) => void) {
    this.log = log;
    this.tell = tell;
  }

  get alarms(): ConsumerAlarm[] {
    return [...this.standing.values()];
  }

  raise(code: AlarmCode, topic: string | null, partition: number | null, message: string): void {
    const key = `${code} ${topic} ${partition}`;
    const standing = this.standing.get(key);
    if (standing && (code !== 'offset_out_of_range' || standing.message === message)) return;
    const alarm = { code, topic, partition, message, since: Math.round(steadyTime()) };
    this.standing.set(key, alarm);
    if (this.tell) this.tell(alarm);
    else this.log('error', message, { alarm: code, topic, partition });
  }

  clear(code: AlarmCode, topic: string | null, partition: number | null): void {
    this.standing.delete(`${code} ${topic} ${partition}`);
  }

  /** Clears what is up for as long as a partition is held. */
  clearHeld({ topic, partition }: TopicPartition): void {
    for (const code of ['metadata_bound', 'unreadable_batch', 'log_cut'] as const)
      this.clear(code, topic, partition);
  }
}
