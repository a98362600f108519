// The status of jobs and queues: reads that never go back, live following, and why a job waits.
export { JobExplanations } from './explain/job-explanations.js';
export { JobFactReader } from './explain/job-fact-reader.js';
export { JobFeed } from './live/job-feed.js';
export { JobStreams, type StreamEvent } from './live/job-streams.js';
export { JobWaits } from './live/job-waits.js';
export { FailingEndpoints } from './queues/failing-endpoints.js';
export { OrdersInForce } from './queues/orders-in-force.js';
export { QueueMetrics } from './queues/queue-metrics.js';
export { QueueStates } from './queues/queue-states.js';
export { queueNotFound, QueueViews } from './queues/queue-views.js';
export { waitingFor } from './queues/waiting-for.js';
export { CatchUp } from './reads/catch-up.js';
export type { FoundJob } from './reads/found-job.js';
export { JobLists } from './reads/job-lists.js';
export { JobReader, readJobId, refuseFuture } from './reads/job-reader.js';
export { LogPosition } from './reads/log-position.js';
export { ShownJobs } from './reads/shown-jobs.js';
export { StatusError } from './status-error.js';
