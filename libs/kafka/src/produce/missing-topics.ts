import type { KafkaLogger } from '../client/settings.js';
import type { TopicAdmin, TopicSpec } from '../client/topic-admin.js';

export interface MissingTopicsOptions {
  readonly admin: Pick<TopicAdmin, 'ensureTopics'>;
  /** The topics that are ours to make, as of now. */
  readonly specs: () => readonly TopicSpec[];
  readonly log: KafkaLogger;
  /** Called when a topic has been made. */
  readonly onMade: (topic: string) => void;
  /** ms that never jump. */
  readonly monotonic: () => number;
}

const pauseMs = 5_000;

/** Makes topics of ours again that have gone missing: one at most every 5 s, with the settings that it has to have. */
export class MissingTopics {
  private readonly making = new Set<string>();
  private readonly restUntil = new Map<string, number>();

  constructor(private readonly options: MissingTopicsOptions) {}

  /** Whether the topic is being made, so that it is worth waiting for. */
  isMaking(topic: string): boolean {
    return this.making.has(topic);
  }

  /** Makes a topic that does not exist, unless it is not one of ours, or was just tried. */
  make(topic: string): void {
    const { specs, admin, log, monotonic, onMade } = this.options;
    if (this.making.has(topic) || monotonic() < (this.restUntil.get(topic) ?? 0)) return;
    const spec = specs().find(({ name }) => name === topic);
    if (!spec) return;
    this.making.add(topic);
    admin
      .ensureTopics([spec])
      .then(
        () => {
          log('warn', 'missing topic made', { topic });
          onMade(topic);
        },
        (error: unknown) =>
          log('debug', 'missing topic could not be made', { topic, reason: (error as Error).message }),
      )
      .finally(() => {
        this.making.delete(topic);
        this.restUntil.set(topic, monotonic() + pauseMs);
      });
  }
}
