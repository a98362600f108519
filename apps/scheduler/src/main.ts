import { startService } from '@jobstream/platform';
import { runProcess } from '@jobstream/runtime';
import { SchedulerModule } from './scheduler.module.js';

await runProcess('scheduler', (context) => startService(SchedulerModule, context));
