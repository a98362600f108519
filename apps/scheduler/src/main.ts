import { runProcess } from '@jobstream/runtime';
import { startScheduler } from './scheduler-process.js';

await runProcess('scheduler', startScheduler);
