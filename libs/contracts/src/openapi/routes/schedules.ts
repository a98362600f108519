import {
  scheduleListSchema,
  scheduleNameSchema,
  schedulePreviewSchema,
  scheduleSchema,
  scheduleTimingSchema,
  scheduleViewSchema,
} from '../../rest/operations/schedule.js';
import { acceptedJobSchema } from '../../rest/jobs/submission.js';
import type { RouteContract } from '../route-contract.js';

const path = { name: scheduleNameSchema.describe('The name of the schedule.') };

export const scheduleRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/schedules',
    operationId: 'listSchedules',
    tag: 'Schedules',
    scope: 'read',
    summary: 'List all schedules, by name',
    answers: { 200: { description: 'The schedules, without their firings.', schema: scheduleListSchema } },
    problems: ['database_unavailable'],
  },
  {
    route: 'POST /v1/schedules/preview',
    operationId: 'previewSchedule',
    tag: 'Schedules',
    scope: 'read',
    summary: 'When a schedule would fire; changes nothing',
    description:
      'The next five times from now, by the clock of Postgres, and the changes of the clock within a year that skip or double a time.',
    body: {
      schema: scheduleTimingSchema,
      examples: {
        cron: {
          summary: 'At half past two in the morning, Berlin time',
          value: { cron: '30 2 * * *', timeZone: 'Europe/Berlin' },
        },
      },
    },
    answers: { 200: { description: 'What would come.', schema: schedulePreviewSchema } },
    problems: ['invalid_request', 'database_unavailable'],
  },
  {
    route: 'GET /v1/schedules/{name}',
    operationId: 'readSchedule',
    tag: 'Schedules',
    scope: 'read',
    summary: 'Read a schedule and its last decisions',
    path,
    answers: { 200: { description: 'The schedule as it is.', schema: scheduleViewSchema } },
    problems: ['invalid_schedule_name', 'schedule_not_found', 'database_unavailable'],
  },
  {
    route: 'PUT /v1/schedules/{name}',
    operationId: 'putSchedule',
    tag: 'Schedules',
    scope: 'operate',
    summary: 'Create or replace a schedule',
    path,
    body: {
      schema: scheduleSchema,
      examples: {
        cron: {
          summary: 'At six in the morning, Paris time',
          value: {
            cron: '0 6 * * *',
            timeZone: 'Europe/Paris',
            job: { type: 'daily-stats', payload: {} },
          },
        },
        every: {
          summary: 'Every five minutes, but not while the last one runs',
          value: { every: '5m', overlap: 'skip', job: { type: 'health-check', payload: {} } },
        },
      },
    },
    answers: { 200: { description: 'The schedule as it is now.', schema: scheduleViewSchema } },
    problems: [
      'invalid_schedule_name',
      'invalid_request',
      'unknown_type',
      'invalid_payload',
      'database_unavailable',
    ],
  },
  {
    route: 'DELETE /v1/schedules/{name}',
    operationId: 'deleteSchedule',
    tag: 'Schedules',
    scope: 'operate',
    summary: 'Delete a schedule; jobs that it has fired still run',
    path,
    answers: { 204: { description: 'Deleted.' } },
    problems: ['invalid_schedule_name', 'schedule_not_found', 'schedule_declared', 'database_unavailable'],
  },
  {
    route: 'POST /v1/schedules/{name}/fire',
    operationId: 'fireSchedule',
    tag: 'Schedules',
    scope: 'operate',
    summary: 'Fire a schedule now, paused or not',
    path,
    answers: {
      202: {
        description: 'Its job is accepted.',
        schema: acceptedJobSchema,
        headers: { Location: 'Path of the job.' },
      },
    },
    problems: [
      'invalid_schedule_name',
      'schedule_not_found',
      'unknown_type',
      'invalid_payload',
      'job_not_unique',
      'broker_refused',
      'broker_unavailable',
      'database_unavailable',
    ],
  },
];
