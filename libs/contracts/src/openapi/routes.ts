import type { JobDefinition } from '../job-definition.js';
import type { RouteContract } from './route-contract.js';
import { accessRoutes } from './routes/access.js';
import { jobRoutes } from './routes/jobs.js';
import { processRoutes } from './routes/process.js';
import { queueRoutes } from './routes/queues.js';
import { rebuildRoutes } from './routes/rebuilds.js';
import { replayRoutes } from './routes/replays.js';
import { scheduleRoutes } from './routes/schedules.js';
import { taskRoutes } from './routes/tasks.js';

/** Every route of the REST server, where jobs of these types may be submitted. */
export function routeContracts(definitions: readonly JobDefinition[]): readonly RouteContract[] {
  return [
    ...jobRoutes(definitions),
    ...queueRoutes,
    ...replayRoutes,
    ...scheduleRoutes,
    ...rebuildRoutes,
    ...taskRoutes,
    ...accessRoutes,
    ...processRoutes,
  ];
}
