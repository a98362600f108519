import { notificationQueue } from '@jobstream/jobs';
import { startWorker } from '@jobstream/execution';
import { NotificationModule } from './notification.module.js';

await startWorker({ queues: [notificationQueue], module: NotificationModule, concurrency: 10 });
