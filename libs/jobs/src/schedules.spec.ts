import { describe, expect, it } from '@jest/globals';
import { scheduleNameSchema, scheduleSchema } from '@jobstream/contracts/rest';
import { findJobDefinition } from './catalogue.js';
import { declaredSchedules } from './schedules.js';

describe('the declared schedules', () => {
  it.each(declaredSchedules)('include a valid $name for an existing job type', ({ name, ...schedule }) => {
    expect(scheduleNameSchema.safeParse(name).success).toBe(true);
    expect(scheduleSchema.safeParse(schedule).error).toBeUndefined();
    const definition = findJobDefinition(schedule.job.type)!;
    expect(definition.payload.safeParse(schedule.job.payload).success).toBe(true);
    if (schedule.job.priority) expect(definition.queue.priorities).toBe(true);
  });

  it('have distinct names', () => {
    expect(new Set(declaredSchedules.map(({ name }) => name)).size).toBe(declaredSchedules.length);
  });
});
