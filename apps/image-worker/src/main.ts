import { imageQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { ImageWorkerModule } from './image-worker.module.js';

await startWorker({ queue: imageQueue, module: ImageWorkerModule, concurrency: 4 });
