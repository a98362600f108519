import { startService } from '@jobstream/platform';
import { runProcess } from '@jobstream/runtime';
import { ProjectorModule } from './projector.module.js';

await runProcess('projector', (context) => startService(ProjectorModule, context));
