import { imageQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { ImageWorkerModule } from './image-worker.module.js';

await startWorker({ queues: [imageQueue], module: ImageWorkerModule, concurrency: 4 });
