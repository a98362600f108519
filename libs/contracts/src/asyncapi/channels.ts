import type { TopicRole } from '../topics.js';
import type { MessageName } from './messages.js';

/** A kind of topic: its name, and what stands on it. */
export interface TopicChannel {
  /** Parameters in braces. */
  readonly address: string;
  readonly description: string;
  readonly messages: readonly MessageName[];
  /** Whether the platform reads what others may write there, or writes what others may read. */
  readonly action: 'receive' | 'send';
}

/** Every kind of topic. */
export const topicChannels = {
  requests: {
    address: 'jobs.{queue}',
    description: 'Jobs that wait for a worker. Any client may write here.',
    messages: ['JobRequest'],
    action: 'receive',
  },
  priorityRequests: {
    address: 'jobs.{queue}.{lane}',
    description: 'The same, of queues with priorities: more and less urgent.',
    messages: ['JobRequest'],
    action: 'receive',
  },
  retries: {
    address: 'jobs.{queue}.retry.{delay}',
    description: 'Jobs whose last attempt failed: due at the append time plus the delay.',
    messages: ['RetryRequest'],
    action: 'send',
  },
  deadLetters: {
    address: 'jobs.{queue}.dlq',
    description: 'What was set aside: jobs, and records in which none could be read.',
    messages: ['DeadLetter', 'Poison'],
    action: 'send',
  },
  events: {
    address: 'jobs.events',
    description: 'What became of jobs. Keyed by the job, so its events share a partition.',
    messages: ['RunningEvent', 'SucceededEvent', 'EndedEvent', 'RetryRequest'],
    action: 'send',
  },
  delayed: {
    address: 'jobs.delayed',
    description: 'Jobs that wait for their time, and retries that wait longer than any lane.',
    messages: ['DelayedRequest', 'RetryRequest'],
    action: 'receive',
  },
  cancels: {
    address: 'jobs.cancels',
    description: 'What is not to be started any more. Kept as long as requests.',
    messages: ['Cancel'],
    action: 'receive',
  },
  logs: {
    address: 'jobs.logs',
    description: 'What handlers have logged. Kept by age, for a week unless the topic is set otherwise.',
    messages: ['JobLog'],
    action: 'send',
  },
} as const satisfies Record<string, TopicChannel>;

/** The channel that a topic belongs to; undefined when its records are not about jobs. */
export function channelOf(role: TopicRole): keyof typeof topicChannels | undefined {
  switch (role.kind) {
    case 'requests':
      return role.lane === 'normal' ? 'requests' : 'priorityRequests';
    case 'retry':
      return 'retries';
    case 'dead-letters':
      return 'deadLetters';
    case 'events':
    case 'delayed':
    case 'cancels':
    case 'logs':
      return role.kind;
    case 'control':
    case 'types':
    case 'clock':
    case 'workers':
      return undefined;
  }
}
