/** The platform's own topics, beside those of queues: `jobs.events`. */
export const ownTopics = [
  'events',
  'delayed',
  'cancels',
  'control',
  'types',
  'logs',
  'clock',
  'workers',
] as const;

/** Readers with a consumer group, beside the workers of queues: `jobstream.projector`. */
export const services = [
  'api',
  'projector',
  'rebuild',
  'scheduler',
  'schedule-ends',
  'webhook-ends',
  'flow-ends',
  'endpoints',
  'job-logs',
] as const;
export type Service = (typeof services)[number];

/**
 * Names that no queue may have: its topics or its groups would be those of the platform, or (`jobs`, `jobstream`) those of a
 * platform of that namespace on the same cluster.
 */
const reserved: ReadonlySet<string> = new Set([...ownTopics, ...services, 'jobs', 'jobstream']);

/** Whether no queue may have this name. */
export function isReservedName(name: string): boolean {
  return reserved.has(name);
}
