import { maintenanceQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { maintenanceDatabase, MaintenanceModule } from './maintenance.module.js';

await startWorker({
  queues: [maintenanceQueue],
  module: MaintenanceModule,
  concurrency: 4,
  database: maintenanceDatabase,
  // Only code of the platform runs here. What makes jobs needs the job types, which a handler process does not follow.
  runsSuspectsApart: false,
});
