import { startService } from '@jobstream/platform';
import { runProcess } from '@jobstream/runtime';
import { HttpWorkerModule } from './http-worker.module.js';

await runProcess('http-worker', (context) => startService(HttpWorkerModule, context));
