import { describe, expect, it } from '@jest/globals';
import { Topics } from '@jobstream/contracts';
import { jobDefinitions } from './catalogue.js';

describe('the topics', () => {
  it('are planned once each for the job types that ship', () => {
    const plan = new Topics().plan(jobDefinitions, 'small');
    expect(plan.map(({ name, partitions }) => `${name} ${partitions}`).sort()).toEqual([
      'jobs.cancels 1',
      'jobs.clock 1',
      'jobs.control 1',
      'jobs.delayed 6',
      'jobs.events 6',
      'jobs.image 6',
      'jobs.image.dlq 1',
      'jobs.image.retry.60s 2',
      'jobs.inference 6',
      'jobs.inference.dlq 1',
      'jobs.inference.retry.10s 2',
      'jobs.inference.retry.60s 2',
      'jobs.logs 2',
      'jobs.maintenance 6',
      'jobs.maintenance.dlq 1',
      'jobs.maintenance.high 6',
      'jobs.maintenance.low 6',
      'jobs.maintenance.retry.60s 2',
      'jobs.notification 6',
      'jobs.notification.dlq 1',
      'jobs.notification.retry.10s 2',
      'jobs.notification.retry.600s 2',
      'jobs.notification.retry.60s 2',
      'jobs.probe 6',
      'jobs.probe.dlq 1',
      'jobs.probe.high 6',
      'jobs.probe.low 6',
      'jobs.probe.retry.15s 2',
      'jobs.probe.retry.1s 2',
      'jobs.probe.retry.5s 2',
      'jobs.report 6',
      'jobs.report.dlq 1',
      'jobs.report.retry.10s 2',
      'jobs.report.retry.60s 2',
      'jobs.types 1',
      'jobs.webhooks 6',
      'jobs.webhooks.dlq 1',
      'jobs.webhooks.retry.10800s 2',
      'jobs.webhooks.retry.21600s 2',
      'jobs.webhooks.retry.28800s 2',
      'jobs.webhooks.retry.3600s 2',
      'jobs.webhooks.retry.5s 2',
      'jobs.webhooks.retry.600s 2',
      'jobs.webhooks.retry.60s 2',
      'jobs.workers 1',
    ]);
  });
});
