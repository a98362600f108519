import type { JobType } from '../job-type.js';
import type { RouteContract } from './route-contract.js';
import { accessRoutes } from './routes/access.js';
import { actionRoutes } from './routes/actions.js';
import { errorGroupRoutes } from './routes/error-groups.js';
import { flowRoutes } from './routes/flows.js';
import { jobTypeRoutes } from './routes/job-types.js';
import { jobRoutes } from './routes/jobs.js';
import { processRoutes } from './routes/process.js';
import { queueRoutes } from './routes/queues.js';
import { rebuildRoutes } from './routes/rebuilds.js';
import { replayRoutes } from './routes/replays.js';
import { scheduleRoutes } from './routes/schedules.js';
import { taskRoutes } from './routes/tasks.js';
import { topicRoutes } from './routes/topics.js';
import { webhookRoutes } from './routes/webhooks.js';
import { workerRoutes } from './routes/workers.js';

/** Every route of the REST server, where jobs of these types may be submitted. */
export function routeContracts(jobTypes: readonly JobType[]): readonly RouteContract[] {
  return [
    ...jobRoutes(jobTypes),
    ...errorGroupRoutes,
    ...flowRoutes,
    ...jobTypeRoutes,
    ...queueRoutes,
    ...workerRoutes,
    ...topicRoutes,
    ...replayRoutes,
    ...actionRoutes,
    ...scheduleRoutes,
    ...webhookRoutes,
    ...rebuildRoutes,
    ...taskRoutes,
    ...accessRoutes,
    ...processRoutes,
  ];
}
