// Time: a due occurrence, or a delayed job whose time has come, goes to intake.
export { Scheduler, type SchedulerOptions } from './scheduler.js';
export { Schedules, type SchedulesOptions } from './schedules.js';
export { FiringStore } from './firing-store.js';
export { readScheduledJobs, unsentJobs } from './unsent-jobs.js';
export { ScheduleError } from './schedule-error.js';
