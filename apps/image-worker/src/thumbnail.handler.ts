import {
  type HandlerOf,
  type JobContext,
  NonRetryableError,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { imageThumbnail, thumbnailKey, uploadKey } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { Downloader } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { DiscardedObjects, ObjectStorage, type OpenObject } from '@jobstream/storage';

type Thumbnail = typeof imageThumbnail;

/** Reads the upload or fetches the URL, renders the image, stores the thumbnail. Equal images give equal thumbnails, so doing it again does no harm. */
@JobHandler(imageThumbnail)
export class ThumbnailHandler implements HandlerOf<Thumbnail> {
  private readonly uploads: DiscardedObjects;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly downloader: Downloader,
    private readonly renderers: Renderers,
  ) {
    this.uploads = new DiscardedObjects(storage);
  }

  async handle(
    payload: PayloadOf<Thumbnail>,
    { signal }: Pick<JobContext, 'signal'>,
  ): Promise<ResultOf<Thumbnail>> {
    const { imageId, url, width, height, fit } = payload;
    const image =
      url === undefined ? await this.openUpload(imageId!) : await this.downloader.download(url, signal);
    const rendered = await this.renderers.render({ kind: 'thumbnail', image, width, height, fit }, signal);
    const { key, bytes, contentType, sha256 } = await this.storage.put(
      thumbnailKey(payload),
      rendered.image,
      {
        contentType: rendered.contentType,
      },
    );
    return { key, width: rendered.width, height: rendered.height, bytes, contentType, sha256 };
  }

  private async openUpload(imageId: string): Promise<OpenObject> {
    const upload = await this.uploads.open(uploadKey(imageId));
    if (upload !== undefined) return upload;
    throw new NonRetryableError(`There is no image "${imageId}": upload it by PUT /images/${imageId}.`, {
      code: 'image_not_found',
    });
  }
}
