import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Worker as Thread } from 'node:worker_threads';
import type { RenderedPage } from '@jobstream/images';
import tesseract from 'tesseract.js';

/** The text of an image. */
export interface Reading {
  /** Line by line, without space around it. */
  readonly text: string;
  /** 0 to 100. */
  readonly confidence: number;
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

/** How a page may be laid out. */
export type Layout = keyof typeof segmentations;

/** How Tesseract is to take a page apart. */
const segmentations = {
  /** Columns, headings and blocks are told apart, and read one after the other. */
  automatic: tesseract.PSM.AUTO,
  /** The page is one block of text, line by line across all of it. */
  oneBlock: tesseract.PSM.SINGLE_BLOCK,
} as const;

/** Told of the share that is read, from 0 to 1. */
interface Listener {
  onProgress(share: number): void;
}

/** Tesseract in a thread of its own, loaded and warm. Reads one page at a time. */
export class Engine {
  /** Settles the reading that runs, if its thread ends. */
  private fail: (error: Error) => void = () => undefined;
  private readonly ended: Promise<void>;

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
    this.ended = new Promise((resolve) =>
      thread.once('exit', () => {
        this.fail(new EngineFailedError('The recogniser ended before it was done.'));
        resolve();
      }),
    );
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
   * Reads a page, levelling one that lies askew.
   * @param onProgress told the share that is read, 0 to 1, now and then
   * @throws EngineFailedError
   */
  async read(page: RenderedPage, layout: Layout, onProgress: (share: number) => void): Promise<Reading> {
    this.listener.onProgress = onProgress;
    try {
      const broken = new Promise<never>((_, reject) => (this.fail = reject));
      const { data } = await Promise.race([this.recognise(page, layout), broken]);
      return { text: data.text.trim(), confidence: data.confidence };
    } catch (error) {
      if (error instanceof EngineFailedError) throw error;
      throw new EngineFailedError('The recogniser failed.', { cause: new Error(String(error)) });
    } finally {
      this.listener.onProgress = () => undefined;
      this.fail = () => undefined;
    }
  }

  /** Ends the thread, whatever it does: what it reads is failed. Returns once its memory is free. */
  async end(): Promise<void> {
    await this.worker.terminate();
    await this.ended;
  }

  private async recognise(page: RenderedPage, layout: Layout): Promise<tesseract.RecognizeResult> {
    await this.worker.setParameters({ tessedit_pageseg_mode: segmentations[layout] });
    return this.worker.recognize(pgmOf(page), { rotateAuto: true }, { text: true });
  }
}

/** A PGM file (Netpbm, `P5`): what Tesseract takes pixels in that needs no decoder to speak of. */
function pgmOf({ pixels, width, height }: RenderedPage): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);
}
