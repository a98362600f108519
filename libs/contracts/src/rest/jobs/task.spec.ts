import { describe, expect, it } from '@jest/globals';
import { taskStatusOf } from './task.js';

describe("Celery's statuses", () => {
  it.each([
    ['scheduled', 'PENDING'],
    ['queued', 'PENDING'],
    ['running', 'STARTED'],
    ['retrying', 'RETRY'],
    ['succeeded', 'SUCCESS'],
    ['dead_lettered', 'FAILURE'],
    ['cancelled', 'REVOKED'],
    ['expired', 'REVOKED'],
  ] as const)('%s is %s', (state, status) => expect(taskStatusOf(state)).toBe(status));
});
