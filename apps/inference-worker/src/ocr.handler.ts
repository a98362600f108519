import {
  type HandlerOf,
  type JobContext,
  NonRetryableError,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { inferenceOcr, uploadKey } from '@jobstream/jobs';
import { Downloader } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { JobHandler } from '@jobstream/execution';
import { DiscardedObjects, ObjectStorage, type OpenObject } from '@jobstream/storage';
import { Recogniser } from './ocr/recogniser.js';

type Ocr = typeof inferenceOcr;

/** Characters of a result. */
const maxTextCharacters = 60_000;

/** Fetches the image, has it rendered as a page, and reads that, telling how far it is. */
@JobHandler(inferenceOcr)
export class OcrHandler implements HandlerOf<Ocr> {
  private readonly uploads: DiscardedObjects;

  constructor(
    storage: ObjectStorage,
    private readonly downloader: Downloader,
    private readonly renderers: Renderers,
    private readonly recogniser: Recogniser,
  ) {
    this.uploads = new DiscardedObjects(storage);
  }

  async handle(
    { imageId, url }: PayloadOf<Ocr>,
    context: Pick<JobContext, 'signal' | 'progress'>,
  ): Promise<ResultOf<Ocr>> {
    const { signal } = context;
    const image =
      url === undefined ? await this.openUpload(imageId!) : await this.downloader.download(url, signal);
    const page = await this.renderers.render({ kind: 'page', image }, signal);
    const { text, confidence } = await this.recogniser.read(page, signal, (share) =>
      context.progress({ percent: Math.floor(share * 100) }),
    );
    return {
      text: text.slice(0, maxTextCharacters),
      cut: text.length > maxTextCharacters,
      confidence,
      words: text.split(/\s+/).filter((word) => word !== '').length,
    };
  }

  private async openUpload(imageId: string): Promise<OpenObject> {
    const upload = await this.uploads.open(uploadKey(imageId));
    if (upload !== undefined) return upload;
    throw new NonRetryableError(`There is no image "${imageId}": upload it by PUT /images/${imageId}.`, {
      code: 'image_not_found',
    });
  }
}
