import type { z } from 'zod';
import type { scheduleSchema } from '@jobstream/contracts/rest';

/** A schedule as REST takes it, with its name. */
export type DeclaredSchedule = z.input<typeof scheduleSchema> & { readonly name: string };

/** The schedules that ship; all are active. A schedule that REST puts under the same name replaces it. Times are UTC. */
export const declaredSchedules: readonly DeclaredSchedule[] = [
  {
    name: 'cleanup-expired-tokens',
    cron: '0 3 * * *',
    misfire: 'fire-once',
    job: { type: 'cleanup-expired-tokens', payload: {} },
  },
  {
    name: 'daily-stats',
    cron: '30 0 * * *',
    misfire: 'fire-once',
    job: { type: 'daily-stats', payload: {} },
  },
  {
    name: 'health-check',
    every: '300s',
    job: { type: 'health-check', payload: {} },
  },
  {
    name: 'cleanup-old-files',
    cron: '0 * * * *',
    job: { type: 'cleanup-old-files', payload: {}, priority: 'low' },
  },
  {
    name: 'cleanup-old-records',
    cron: '0 4 * * *',
    job: { type: 'cleanup-old-records', payload: {}, priority: 'low' },
  },
];
