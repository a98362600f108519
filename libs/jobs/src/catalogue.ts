import type { JobDefinition, QueueDefinition } from '@jobstream/contracts';
import { flowMake } from './flow-make.js';
import { imageThumbnail } from './image-thumbnail.js';
import { inferenceOcr } from './inference-ocr.js';
import { jobMake } from './job-make.js';
import {
  cleanupExpiredTokens,
  cleanupOldFiles,
  cleanupOldRecords,
  dailyStats,
  healthCheck,
} from './maintenance.js';
import { notificationEmail } from './notification-email.js';
import { probeRun } from './probe-run.js';
import { reportGenerate } from './report-generate.js';
import { webhookDeliver } from './webhook-deliver.js';

/** All job types that ship. */
export const jobDefinitions: readonly JobDefinition[] = [
  imageThumbnail,
  reportGenerate,
  notificationEmail,
  cleanupExpiredTokens,
  dailyStats,
  healthCheck,
  cleanupOldFiles,
  cleanupOldRecords,
  inferenceOcr,
  flowMake,
  jobMake,
  webhookDeliver,
  probeRun,
];

/** The definition of a job type; undefined for an unknown one. */
export function findJobDefinition(type: string): JobDefinition | undefined {
  return definitionsByType.get(type);
}

/** The queues of the job types that ship, by name. */
export const queues: ReadonlyMap<string, QueueDefinition> = new Map(
  jobDefinitions.map(({ queue }) => [queue.name, queue]),
);

const definitionsByType = new Map(jobDefinitions.map((definition) => [definition.type, definition]));
