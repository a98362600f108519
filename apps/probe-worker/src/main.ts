import { probeQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { ProbeModule } from './probe.module.js';

await startWorker({ queues: [probeQueue], module: ProbeModule, concurrency: 100 });
