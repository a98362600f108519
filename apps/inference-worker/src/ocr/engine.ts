import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Worker as Thread } from 'node:worker_threads';
import tesseract from 'tesseract.js';

/** What was read in an image. */
export interface Reading {
  /** Line by line, without space around it. */
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
}

/** The bytes could not be decoded as an image; the engine is as good as before. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
}

/** The engine failed or its thread ended. It can't be used again. */
export class EngineFailedError extends Error {
  override readonly name = 'EngineFailedError';
  readonly code = 'recognition_failed';
}

/** The English model of Tesseract's LSTM, as npm brought it: nothing is fetched at run time. */
const languageFolder = join(
  dirname(createRequire(import.meta.url).resolve('@tesseract.js-data/eng/package.json')),
  '4.0.0_best_int',
);

/** What tesseract.js says when its decoder takes no image from the bytes. */
const decoderComplaint = /attempting to read image/i;

/** Who is told how far the reading is. */
interface Listener {
  onProgress(share: number): void;
}

/** Tesseract in a thread of its own, loaded and warm. Reads one image at a time. */
export class Engine {
  /** Settles the reading that runs, if its thread ends. */
  private fail: (error: Error) => void = () => undefined;

  private constructor(
    private readonly worker: tesseract.Worker,
    private readonly listener: Listener,
  ) {
    const { worker: thread } = worker as tesseract.Worker & { readonly worker: Thread };
    // Its decoders complain in plain text, which would stand between the lines of the log.
    thread.stderr.unpipe().resume();
    thread.on('error', (error) =>
      this.fail(new EngineFailedError('The recogniser broke.', { cause: error })),
    );
    thread.on('exit', () => this.fail(new EngineFailedError('The recogniser ended before it was done.')));
  }

  /** @throws EngineFailedError when the model can't be loaded */
  static async start(): Promise<Engine> {
    const listener: Listener = { onProgress: () => undefined };
    const worker = await new Promise<tesseract.Worker>((resolve, reject) => {
      // Where the model can't be loaded, its own promise never settles: only the error handler hears of it.
      const fail = (cause: unknown) =>
        reject(new EngineFailedError(`The recogniser's English model could not be loaded: ${String(cause)}`));
      tesseract
        .createWorker('eng', tesseract.OEM.LSTM_ONLY, {
          langPath: languageFolder,
          cacheMethod: 'none',
          errorHandler: fail,
          logger: ({ status, progress }) => {
            if (status === 'recognizing text') listener.onProgress(progress);
          },
        })
        .then(resolve, fail);
    });
    await worker.setParameters({ debug_file: '/dev/null' });
    return new Engine(worker, listener);
  }

  /**
   * Reads an image, levelling a page that lies askew.
   * @param onProgress told the share that is read, 0 to 1, now and then
   * @throws UnreadableImageError, EngineFailedError
   */
  async read(image: Uint8Array, onProgress: (share: number) => void): Promise<Reading> {
    this.listener.onProgress = onProgress;
    try {
      const broken = new Promise<never>((_, reject) => (this.fail = reject));
      const recognised = this.worker.recognize(Buffer.from(image), { rotateAuto: true }, { text: true });
      const { data } = await Promise.race([recognised, broken]);
      return { text: data.text.trim(), confidence: data.confidence };
    } catch (error) {
      if (error instanceof EngineFailedError) throw error;
      if (decoderComplaint.test(String(error))) {
        throw new UnreadableImageError('The image is damaged: it could not be decoded.');
      }
      throw new EngineFailedError('The recogniser failed.', { cause: new Error(String(error)) });
    } finally {
      this.listener.onProgress = () => undefined;
      this.fail = () => undefined;
    }
  }

  /** Ends the thread, whatever it does: what it reads is failed. */
  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
