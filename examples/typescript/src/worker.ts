import { worker } from '@jobstream/worker';
import { handlersWith } from './handlers.js';
import { MailServer } from './mail-server.js';

await worker({ handlers: handlersWith(new MailServer()) }).run();
