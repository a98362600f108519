import { startWorker } from '@jobstream/worker/nest';
import { LettersModule } from './letters.module.js';
import { writeLetter } from './write-letter.js';

await startWorker({ queue: writeLetter.queue, module: LettersModule, concurrency: 10 });
