// Time: a due occurrence, or a delayed job whose time has come, goes to intake.
export { Scheduler, type SchedulerOptions } from './scheduler.js';
export { Schedules, type SchedulesParts } from './schedules.js';
export { ScheduleError } from './schedule-error.js';
export { ScheduleStore } from './schedule-store.js';
export { FiringStore } from './firing-store.js';
export { FiringProducer } from './firing-producer.js';
export { SchedulingMetrics } from './scheduling-metrics.js';
