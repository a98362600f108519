import { probeQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { ProbeModule } from './probe.module.js';

await startWorker({ queue: probeQueue, module: ProbeModule, concurrency: 100 });
