import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { maxUploadBytes } from '@jobstream/contracts';
import { imageIdSchema, type UploadedImage } from '@jobstream/contracts/rest';
import { imageThumbnail, isImageIdOfUrl, thumbnailKey, uploadKey } from '@jobstream/jobs';
import { DiscardedObjects, ObjectStorage, type OpenObject } from '@jobstream/storage';
import { ProblemError } from '../http/problem-error.js';
import { openImage } from './image-header.js';

/** An image in the storage, and whether this request stored it. */
export interface Upload {
  readonly image: UploadedImage;
  readonly isNew: boolean;
}

/** Uploaded images and their thumbnails. Bytes are streamed; at most the header is held in memory. */
@Injectable()
export class ImageUploads {
  private readonly uploads: DiscardedObjects;

  constructor(private readonly storage: ObjectStorage) {
    this.uploads = new DiscardedObjects(storage);
  }

  /**
   * Stores an image under its id for as long as uploads are kept, counted from now even where the same bytes are stored already.
   * @param declaredBytes the `Content-Length` of the request
   * @throws ProblemError `unsupported_image`, `upload_too_large`, `invalid_image_id`; StorageError
   */
  async store(text: string, body: Readable, declaredBytes: number | undefined): Promise<Upload> {
    const imageId = readImageId(text);
    if (isImageIdOfUrl(imageId))
      throw new ProblemError('invalid_image_id', 'Ids of this form are reserved for images from URLs.');
    if (declaredBytes !== undefined && declaredBytes > maxUploadBytes)
      throw new ProblemError('upload_too_large', `An image takes at most ${maxUploadBytes} bytes.`);
    const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
    try {
      const opened = await openImage(chunks);
      const stored = await this.storage.put(uploadKey(imageId), opened.bytes, {
        contentType: opened.contentType,
        ifAbsent: true,
        maxBytes: maxUploadBytes,
      });
      return {
        image: { image_id: imageId, ...opened.header(), bytes: stored.bytes },
        isNew: stored.written,
      };
    } finally {
      // Releases the body, so that its rest can be skipped.
      await chunks.return?.();
    }
  }

  /**
   * The id of an uploaded image. An image that was discarded is restored.
   * @throws ProblemError `invalid_image_id`, `image_not_found`
   */
  async find(text: string): Promise<string> {
    const imageId = readImageId(text);
    if (await this.uploads.find(uploadKey(imageId))) return imageId;
    throw new ProblemError('image_not_found', `Upload it first: PUT /images/${imageId}`);
  }

  /** @throws ProblemError `invalid_image_id`, `image_not_found`, `thumbnail_not_found` */
  async openThumbnail(text: string): Promise<OpenObject> {
    const imageId = readImageId(text);
    const thumbnail = await this.storage.get(thumbnailKey(imageThumbnail.payload.parse({ imageId })));
    if (thumbnail) return thumbnail;
    await this.find(imageId);
    throw new ProblemError(
      'thumbnail_not_found',
      `It is not made yet: POST /images/${imageId}/process, then wait for the task.`,
    );
  }
}

function readImageId(text: string): string {
  const parsed = imageIdSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid_image_id', parsed.error.issues[0]!.message);
}
