import { worker } from '@jobstream/worker';
import { handlers } from './handlers.js';

await worker({ handlers }).run();
