import { startWorker } from '@jobstream/execution';
import { webhooksQueue } from '@jobstream/jobs';
import { WebhooksModule } from './webhooks.module.js';

// Deliveries wait for receivers: many fit in a process.
await startWorker({ queues: [webhooksQueue], module: WebhooksModule, concurrency: 256 });
