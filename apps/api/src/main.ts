import { runProcess } from '@jobstream/runtime';
import { startApi } from './api-process.js';

await runProcess('api', startApi);
