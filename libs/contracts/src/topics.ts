import { formatDelay, parseDuration } from './duration.js';
import type { JobDefinition, Priority, QueueDefinition } from './job-definition.js';
import { isReservedName, ownTopics, type Service } from './own-names.js';
import { maxDeadLetterRecordBytes, maxOrderRecordBytes, maxRequestRecordBytes } from './limits.js';

/** The purpose of one of our topics, read from its name. */
export type TopicRole =
  | { readonly kind: 'requests'; readonly queue: string; readonly lane: Priority }
  | { readonly kind: 'retry'; readonly queue: string; readonly delayMs: number }
  | { readonly kind: 'dead-letters'; readonly queue: string }
  | { readonly kind: 'events' | 'delayed' | 'cancels' | 'control' | 'clock' };

/** A topic as it has to be; `libs/kafka` makes it so. */
export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly maxMessageBytes: number;
  /** `compact`: of each key the newest record is kept. `delete`: records stay until they are deleted. */
  readonly cleanup: 'delete' | 'compact';
}

/** Partition counts: `standard` for a cluster, `small` for one broker on one machine. Never changed in place. */
export const partitionCounts = {
  standard: { requests: 12, retry: 3, events: 12, deadLetters: 1, cancels: 3, control: 1, clock: 1 },
  small: { requests: 6, retry: 2, events: 6, deadLetters: 1, cancels: 1, control: 1, clock: 1 },
} as const;

/** A key of {@link partitionCounts}. */
export type TopicSize = keyof typeof partitionCounts;

/** Names whose role is remembered; more than a cluster of ours has topics. */
const maxRemembered = 10_000;
const namespacePattern = /^[a-z0-9][a-z0-9-]{0,40}$/;
const ownRoles = new Map<string, TopicRole>(ownTopics.map((kind) => [kind, { kind }]));

/**
 * The names of topics and consumer groups, under one namespace (`JOBSTREAM_NAMESPACE`; empty for none).
 * Names are a public contract: any client may produce to the request topics.
 */
export class Topics {
  readonly events: string;
  readonly delayed: string;
  readonly cancels: string;
  readonly control: string;
  /** Records without content: their append times tell their writers the brokers' time. Nobody reads the topic. */
  readonly clock: string;
  private readonly prefix: string;
  private readonly roles = new Map<string, TopicRole | undefined>();

  /** @throws TypeError when a topic name can not contain the namespace. */
  constructor(readonly namespace = '') {
    if (namespace !== '' && !namespacePattern.test(namespace)) {
      throw new TypeError(`JOBSTREAM_NAMESPACE "${namespace}": use lower case letters, digits and dashes.`);
    }
    this.prefix = namespace === '' ? 'jobs.' : `${namespace}.jobs.`;
    this.events = `${this.prefix}events`;
    this.delayed = `${this.prefix}delayed`;
    this.cancels = `${this.prefix}cancels`;
    this.control = `${this.prefix}control`;
    this.clock = `${this.prefix}clock`;
  }

  requests(queue: string, lane: Priority = 'normal'): string {
    return lane === 'normal' ? `${this.prefix}${queue}` : `${this.prefix}${queue}.${lane}`;
  }

  retry(queue: string, delayMs: number): string {
    return `${this.prefix}${queue}.retry.${formatDelay(delayMs)}`;
  }

  deadLetters(queue: string): string {
    return `${this.prefix}${queue}.dlq`;
  }

  /** The consumer group of a queue's workers. */
  group(queue: string): string {
    return `${this.namespace === '' ? '' : `${this.namespace}.`}jobstream.${queue}`;
  }

  /** The consumer group of a service, or the beginning of its readers' groups. */
  serviceGroup(service: Service): string {
    return this.group(service);
  }

  /** The role of a topic of this namespace; undefined for any other topic. Remembered: it may be asked for each record. */
  roleOf(topic: string): TopicRole | undefined {
    const known = this.roles.get(topic);
    if (known !== undefined || this.roles.has(topic)) return known;
    if (this.roles.size >= maxRemembered) this.roles.clear();
    const role = this.readRole(topic);
    this.roles.set(topic, role);
    return role;
  }

  /** Whether a topic tells of jobs: one of this namespace, but not one of orders or of the brokers' time. */
  tellsOfJobs(topic: string): boolean {
    const role = this.roleOf(topic);
    return role !== undefined && !['cancels', 'control', 'clock'].includes(role.kind);
  }

  /** Whether a job can appear first on a topic: one of requests, or that of delayed jobs. */
  beginsJobs(topic: string): boolean {
    const kind = this.roleOf(topic)?.kind;
    return kind === 'requests' || kind === 'delayed';
  }

  private readRole(topic: string): TopicRole | undefined {
    if (!topic.startsWith(this.prefix)) return undefined;
    const [queue = '', part, delay, ...more] = topic.slice(this.prefix.length).split('.');
    if (more.length > 0 || queue === '') return undefined;
    if (isReservedName(queue)) return part === undefined ? ownRoles.get(queue) : undefined;
    if (part === undefined) return { kind: 'requests', queue, lane: 'normal' };
    if (part === 'retry' && delay !== undefined) return retryRole(queue, delay);
    if (delay !== undefined) return undefined;
    if (part === 'high' || part === 'low') return { kind: 'requests', queue, lane: part };
    return part === 'dlq' ? { kind: 'dead-letters', queue } : undefined;
  }

  /** Every topic that these definitions need, each once, in no particular order. */
  plan(definitions: readonly JobDefinition[], size: TopicSize): TopicPlan[] {
    const counts = partitionCounts[size];
    const plans = new Map<string, TopicPlan>();
    const add = (
      name: string,
      partitions: number,
      maxMessageBytes: number,
      cleanup: TopicPlan['cleanup'] = 'delete',
    ) => plans.set(name, { name, partitions, maxMessageBytes, cleanup });
    add(this.cancels, counts.cancels, maxOrderRecordBytes);
    add(this.control, counts.control, maxOrderRecordBytes, 'compact');
    add(this.clock, counts.clock, maxOrderRecordBytes, 'compact');
    add(this.events, counts.events, maxDeadLetterRecordBytes);
    add(this.delayed, counts.requests, maxRequestRecordBytes);
    for (const { queue, backoffMs } of definitions) {
      for (const lane of lanesOf(queue))
        add(this.requests(queue.name, lane), counts.requests, maxRequestRecordBytes);
      for (const delay of backoffMs) add(this.retry(queue.name, delay), counts.retry, maxRequestRecordBytes);
      add(this.deadLetters(queue.name), counts.deadLetters, maxDeadLetterRecordBytes);
    }
    return [...plans.values()];
  }
}

/** The request lanes of a queue, most urgent first. */
export function lanesOf(queue: QueueDefinition): readonly Priority[] {
  return queue.priorities ? ['high', 'normal', 'low'] : ['normal'];
}

function retryRole(queue: string, delay: string): TopicRole | undefined {
  try {
    return { kind: 'retry', queue, delayMs: parseDuration(delay) };
  } catch {
    return undefined;
  }
}
