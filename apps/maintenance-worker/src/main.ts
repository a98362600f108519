import { maintenanceQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { maintenanceDatabase, MaintenanceModule } from './maintenance.module.js';

await startWorker({
  queues: [maintenanceQueue],
  module: MaintenanceModule,
  concurrency: 4,
  database: maintenanceDatabase,
});
