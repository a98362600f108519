import { startWorker } from '@jobstream/worker/nest';
import { LettersModule } from './letters.module.js';
import { writeLetter } from './write-letter.js';

await startWorker({ queues: [writeLetter.queue], module: LettersModule, concurrency: 10 });
