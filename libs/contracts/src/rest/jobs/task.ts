import { z } from 'zod';
import type { JobState } from '../../job-state.js';

/** Celery's task statuses. */
export const taskStatuses = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

const statusByState = {
  scheduled: 'PENDING',
  queued: 'PENDING',
  running: 'STARTED',
  retrying: 'RETRY',
  succeeded: 'SUCCESS',
  dead_lettered: 'FAILURE',
  cancelled: 'REVOKED',
  expired: 'REVOKED',
} as const satisfies Record<JobState, TaskStatus>;

/** A job's state in Celery's words. */
export function taskStatusOf(state: JobState): TaskStatus {
  return statusByState[state];
}

/** 202 of the Celery-shaped routes that start a job; `task_id` is the job's id. */
export const acceptedTaskSchema = z
  .object({ task_id: z.uuidv7(), status: z.enum(taskStatuses) })
  .meta({ id: 'AcceptedTask' });
export type AcceptedTask = z.infer<typeof acceptedTaskSchema>;

/** `GET /tasks/{task_id}`. `result` is the job's result, on FAILURE its error, otherwise null. */
export const taskViewSchema = acceptedTaskSchema.extend({ result: z.unknown() }).meta({ id: 'TaskView' });
export type TaskView = z.infer<typeof taskViewSchema>;

/** Media types of the images that are taken. */
export const imageTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/tiff',
] as const;

/** 201 (new) or 200 (the same bytes were there) of `PUT /images/{image_id}`. */
export const uploadedImageSchema = z
  .object({
    image_id: z.string(),
    content_type: z.enum(imageTypes),
    width: z.int().describe("Pixels, as the file's header says."),
    height: z.int(),
    bytes: z.int(),
  })
  .meta({ id: 'UploadedImage' });
export type UploadedImage = z.infer<typeof uploadedImageSchema>;
