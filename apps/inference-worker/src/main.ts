import { inferenceQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { InferenceModule } from './inference.module.js';

// One recogniser reads one page at a time, on one processor: more pages at once take more processes.
await startWorker({ queues: [inferenceQueue], module: InferenceModule, concurrency: 1 });
