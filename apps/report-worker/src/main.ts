import { reportQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { ReportModule } from './report.module.js';

await startWorker({
  queues: [reportQueue],
  module: ReportModule,
  concurrency: 2,
  // Reports read many rows.
  database: { statementTimeoutMs: 60_000 },
});
