import { formatDelay, parseDuration } from './duration.js';
import type { JobRules, Priority, QueueDefinition } from './job-definition.js';
import { isReservedName, ownTopics, type Service } from './own-names.js';
import {
  jobLogRetentionMs,
  maxDeadLetterRecordBytes,
  maxJobLogRecordBytes,
  maxJobTypeRecordBytes,
  maxOrderRecordBytes,
  maxRequestRecordBytes,
  signRetentionMs,
  signSegmentMs,
} from './limits.js';

/** The kinds of our topics. */
export const topicKinds = ['requests', 'retry', 'dead-letters', ...ownTopics] as const;

/** The purpose of one of our topics, read from its name. */
export type TopicRole =
  | { readonly kind: 'requests'; readonly queue: string; readonly lane: Priority }
  | { readonly kind: 'retry'; readonly queue: string; readonly delayMs: number }
  | { readonly kind: 'dead-letters'; readonly queue: string }
  | { readonly kind: (typeof ownTopics)[number] };

/** A topic as it has to be; `libs/kafka` makes it so. */
export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly maxMessageBytes: number;
  /**
   * `compact`: of each key the newest record is kept. `delete`: records stay until they are deleted. `compact,delete`: of each key the
   * newest record is kept until it has the age of `retentionMs`.
   */
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  /** Kafka deletes records of this age. Undefined: it deletes none by age. */
  readonly retentionMs?: number;
  /** Kafka compacts and deletes only what is older than this. Undefined: as its brokers are set. */
  readonly segmentMs?: number;
}

/** Partition counts: `standard` for a cluster, `small` for one broker on one machine. Never changed in place. */
export const partitionCounts = {
  standard: {
    requests: 12,
    retry: 3,
    events: 12,
    deadLetters: 1,
    cancels: 3,
    control: 1,
    types: 1,
    logs: 6,
    clock: 1,
    workers: 1,
  },
  small: {
    requests: 6,
    retry: 2,
    events: 6,
    deadLetters: 1,
    cancels: 1,
    control: 1,
    types: 1,
    logs: 2,
    clock: 1,
    workers: 1,
  },
} as const;

/** A key of {@link partitionCounts}. */
export type TopicSize = keyof typeof partitionCounts;

/** Names whose role is remembered; more than a cluster of ours has topics. */
const maxRemembered = 10_000;
const namespacePattern = /^[a-z0-9][a-z0-9-]{0,40}$/;
/** Kinds of topics that do not tell of jobs. */
const otherKinds: ReadonlySet<TopicRole['kind']> = new Set([
  'cancels',
  'control',
  'types',
  'logs',
  'clock',
  'workers',
]);
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
  /** The job types in force: the newest record of each name counts. */
  readonly types: string;
  /** What handlers have logged: lines of attempts, kept for a week. */
  readonly logs: string;
  /** Records without content: their append times tell their writers the brokers' time. Nobody reads the topic. */
  readonly clock: string;
  /** Signs of workers: what each process runs, told every few seconds. */
  readonly workers: string;
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
    this.types = `${this.prefix}types`;
    this.logs = `${this.prefix}logs`;
    this.clock = `${this.prefix}clock`;
    this.workers = `${this.prefix}workers`;
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

  /** Whether a topic tells of jobs: one of this namespace, but not one of orders, of what handlers log, of workers, or of the brokers' time. */
  tellsOfJobs(topic: string): boolean {
    const role = this.roleOf(topic);
    return role !== undefined && !otherKinds.has(role.kind);
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

  /** Every topic that these job types need and the platform's own, each once, in no particular order. */
  plan(jobTypes: readonly JobRules[], size: TopicSize): TopicPlan[] {
    const names = new Set([
      this.cancels,
      this.control,
      this.types,
      this.logs,
      this.clock,
      this.workers,
      this.events,
      this.delayed,
    ]);
    for (const { queue, backoffMs } of jobTypes) {
      for (const lane of lanesOf(queue)) names.add(this.requests(queue.name, lane));
      for (const delayMs of backoffMs) names.add(this.retry(queue.name, delayMs));
      names.add(this.deadLetters(queue.name));
    }
    return [...names].map((name) => this.planOf(name, size)!);
  }

  /** A topic as it has to be; undefined for one that is not of this namespace. */
  planOf(name: string, size: TopicSize): TopicPlan | undefined {
    const role = this.roleOf(name);
    if (!role) return undefined;
    const counts = partitionCounts[size];
    switch (role.kind) {
      case 'requests':
      case 'delayed':
        return {
          name,
          partitions: counts.requests,
          maxMessageBytes: maxRequestRecordBytes,
          cleanup: 'delete',
        };
      case 'retry':
        return { name, partitions: counts.retry, maxMessageBytes: maxRequestRecordBytes, cleanup: 'delete' };
      case 'dead-letters':
        return {
          name,
          partitions: counts.deadLetters,
          maxMessageBytes: maxDeadLetterRecordBytes,
          cleanup: 'delete',
        };
      case 'events':
        return {
          name,
          partitions: counts.events,
          maxMessageBytes: maxDeadLetterRecordBytes,
          cleanup: 'delete',
        };
      case 'cancels':
        return { name, partitions: counts.cancels, maxMessageBytes: maxOrderRecordBytes, cleanup: 'delete' };
      case 'logs':
        return {
          name,
          partitions: counts.logs,
          maxMessageBytes: maxJobLogRecordBytes,
          cleanup: 'delete',
          retentionMs: jobLogRetentionMs,
        };
      case 'types':
        return { name, partitions: counts.types, maxMessageBytes: maxJobTypeRecordBytes, cleanup: 'compact' };
      case 'workers':
        return {
          name,
          partitions: counts.workers,
          maxMessageBytes: maxOrderRecordBytes,
          cleanup: 'compact,delete',
          retentionMs: signRetentionMs,
          segmentMs: signSegmentMs,
        };
      case 'control':
      case 'clock':
        return {
          name,
          partitions: counts[role.kind],
          maxMessageBytes: maxOrderRecordBytes,
          cleanup: 'compact',
        };
    }
  }
}

/** Whether the newest record of each key of such a topic is in force, whatever its age. */
export function isCompacted({ kind }: TopicRole): boolean {
  return kind === 'control' || kind === 'types' || kind === 'clock';
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
