// For workers that are Nest applications: handlers are providers of a module, and are given what they need.
export { JobHandler, startWorker, type WorkerOptions } from '@jobstream/execution';
