import { runProcess } from '@jobstream/runtime';
import { startProjector } from './projector-process.js';

await runProcess('projector', startProjector);
