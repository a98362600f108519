import type { PayloadOf, ResultOf } from '@jobstream/contracts';
import { cleanupOldFiles, imageThumbnail, inferenceOcr, uploadKey } from '@jobstream/jobs';
import { JobHandler, type HandlerOf, type JobContext } from '@jobstream/execution';
import { ObjectStorage, type ListedObject } from '@jobstream/storage';
import { MaintenanceParts } from './maintenance-parts.js';
import { dayMs } from './retention.js';

type Cleanup = typeof cleanupOldFiles;

/** Job types that read an upload. */
const readers = [imageThumbnail, inferenceOcr].map(({ type }) => type);
/** Objects of one kind deleted in one go: the next hour takes the rest. */
const mostObjects = 10_000;

/** Deletes uploads, thumbnails and reports past their retention; of uploads only those that no job may still read. */
@JobHandler(cleanupOldFiles)
export class CleanupOldFilesHandler implements HandlerOf<Cleanup> {
  constructor(
    private readonly parts: MaintenanceParts,
    private readonly storage: ObjectStorage,
  ) {}

  async handle(
    _: PayloadOf<Cleanup>,
    { signal }: Pick<JobContext, 'signal'>,
    now = Date.now(),
  ): Promise<ResultOf<Cleanup>> {
    const { RETENTION_UPLOADS_DAYS, RETENTION_THUMBS_DAYS, RETENTION_REPORTS_DAYS } = this.parts.retention;
    let kept = 0;
    const isUnneeded = await this.uploadsCheck(now - RETENTION_UPLOADS_DAYS * dayMs, now);
    const old = {
      uploads: await this.listOld('uploads', now - RETENTION_UPLOADS_DAYS * dayMs, ({ key }) => {
        if (!isUnneeded(key)) kept += 1;
        return isUnneeded(key);
      }),
      thumbs: await this.listOld('thumbs', now - RETENTION_THUMBS_DAYS * dayMs),
      reports: await this.listOld('reports', now - RETENTION_REPORTS_DAYS * dayMs),
    };
    let bytes = 0;
    for (const object of Object.values(old).flat()) {
      signal.throwIfAborted();
      await this.storage.delete(object.key);
      bytes += object.bytes;
    }
    const deleted = Object.fromEntries(Object.entries(old).map(([kind, objects]) => [kind, objects.length]));
    return { deleted, bytes, kept };
  }

  private async listOld(
    kind: string,
    before: number,
    isUnneeded: (object: ListedObject) => boolean = () => true,
    most = mostObjects,
  ): Promise<ListedObject[]> {
    const old: ListedObject[] = [];
    for await (const object of this.storage.list(`${kind}/`)) {
      if (object.modifiedAt.getTime() < before && isUnneeded(object)) old.push(object);
      if (old.length >= most) break;
    }
    return old;
  }

  /** Whether an upload can go. Who needs which is found out only where some upload is old enough at all. */
  private async uploadsCheck(before: number, now: number): Promise<(key: string) => boolean> {
    const [first] = await this.listOld('uploads', before, undefined, 1);
    const needed = first ? await this.neededUploads(now) : new Set<string>();
    return (key) => !needed.has(key);
  }

  /** Asked of a projection that holds all that was accepted by then. */
  private async neededUploads(now: number): Promise<Set<string>> {
    const { needed, retention } = this.parts;
    await this.parts.awaitProjection();
    const keys = new Set<string>();
    const since = new Date(now - retention.RETENTION_REPLAY_DAYS * dayMs);
    for await (const payload of needed.payloads(readers, since)) {
      const imageId = (payload as { imageId?: unknown } | null)?.imageId;
      if (typeof imageId === 'string') keys.add(uploadKey(imageId));
    }
    return keys;
  }
}
