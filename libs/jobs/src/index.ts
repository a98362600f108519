// The job types and schedules that ship.
export { imageIdOfUrl, isImageIdOfUrl, uploadKey } from './image-source.js';
export { imageQueue, imageThumbnail, thumbnailKey } from './image-thumbnail.js';
export { flowMake } from './flow-make.js';
export { jobMake } from './job-make.js';
export { inferenceOcr, inferenceQueue } from './inference-ocr.js';
export { notificationEmail, notificationQueue } from './notification-email.js';
export { reportGenerate, reportKey, reportQueue } from './report-generate.js';
export {
  cleanupExpiredTokens,
  cleanupOldFiles,
  cleanupOldRecords,
  dailyStats,
  healthCheck,
  healthCheckHops,
  maintenanceQueue,
} from './maintenance.js';
export { declaredSchedules, type DeclaredSchedule } from './schedules.js';
export { maxDeliveryRetries, webhookDeliver, webhooksQueue } from './webhook-deliver.js';
export { probeQueue, probeRun } from './probe-run.js';
export { findJobDefinition, jobDefinitions, queues } from './catalogue.js';
