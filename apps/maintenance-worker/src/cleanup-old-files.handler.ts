import { Inject } from '@nestjs/common';
import type { HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/contracts';
import { cleanupOldFiles } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { DiscardedObjects, ObjectStorage, type ListedObject } from '@jobstream/storage';
import { NeededUploads } from './needed-uploads.js';
import { dayMs, retentionToken, type Retention } from './retention.js';

type Cleanup = typeof cleanupOldFiles;
type IsNeeded = (key: string) => boolean;

/** Objects of one kind that one run discards. The run of the next hour discards the rest. */
const maxObjects = 10_000;
/** How long a discarded object can be restored: far longer than a job takes from its request to its record in the log. */
const graceMs = 50 * 60_000;

/**
 * Deletes uploads, thumbnails and reports past their retention, but no upload that a job may still read. It takes two steps,
 * because a job may be accepted meanwhile. The first one discards objects; jobs still find them. An hour later the second
 * one deletes those that no job in the log needs, and restores the others.
 */
@JobHandler(cleanupOldFiles)
export class CleanupOldFilesHandler implements HandlerOf<Cleanup> {
  private readonly discarded: DiscardedObjects;

  constructor(
    private readonly storage: ObjectStorage,
    private readonly neededUploads: NeededUploads,
    @Inject(retentionToken) private readonly retention: Retention,
  ) {
    this.discarded = new DiscardedObjects(storage);
  }

  async handle(
    _: PayloadOf<Cleanup>,
    context: Pick<JobContext, 'signal' | 'now'>,
  ): Promise<ResultOf<Cleanup>> {
    const { signal } = context;
    const now = context.now();
    // Listed before the needs are known: an object discarded later waits for the next run.
    const leaving = await this.listDiscarded(now - graceMs);
    const isNeeded = await this.findNeeded(leaving, now);
    const { deleted, bytes, restored } = await this.settle(leaving, isNeeded, signal);
    const { discarded, kept } = await this.discardOld(isNeeded, now, signal);
    return { deleted, bytes, restored, discarded, kept };
  }

  private async listDiscarded(before: number): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    for await (const object of this.discarded.list())
      if (object.modifiedAt.getTime() < before) found.push(object);
    return found;
  }

  /** Asks for the needs only where an upload is discarded, or old enough to be. */
  private async findNeeded(leaving: readonly ListedObject[], now: number): Promise<IsNeeded> {
    const { RETENTION_UPLOADS_DAYS, RETENTION_REPLAY_DAYS } = this.retention;
    const oldest = now - RETENTION_UPLOADS_DAYS * dayMs;
    const isAsked = leaving.some(({ key }) => isUpload(key)) || (await this.hasOld('uploads', oldest));
    if (!isAsked) return () => false;
    const needed = await this.neededUploads.find(new Date(now - RETENTION_REPLAY_DAYS * dayMs));
    return (key) => needed.has(key);
  }

  private async hasOld(kind: string, before: number): Promise<boolean> {
    for await (const { modifiedAt } of this.storage.list(`${kind}/`))
      if (modifiedAt.getTime() < before) return true;
    return false;
  }

  /** The second step. */
  private async settle(
    leaving: readonly ListedObject[],
    isNeeded: IsNeeded,
    signal: AbortSignal,
  ): Promise<Pick<ResultOf<Cleanup>, 'deleted' | 'bytes' | 'restored'>> {
    const deleted: Record<string, number> = { uploads: 0, thumbs: 0, reports: 0 };
    let [bytes, restored] = [0, 0];
    for (const object of leaving) {
      signal.throwIfAborted();
      if (isNeeded(object.key)) {
        if (await this.discarded.restore(object.key)) restored += 1;
        continue;
      }
      await this.discarded.purge(object.key);
      const kind = object.key.split('/', 1)[0]!;
      deleted[kind] = (deleted[kind] ?? 0) + 1;
      bytes += object.bytes;
    }
    return { deleted, bytes, restored };
  }

  /** The first step. */
  private async discardOld(
    isNeeded: IsNeeded,
    now: number,
    signal: AbortSignal,
  ): Promise<Pick<ResultOf<Cleanup>, 'discarded' | 'kept'>> {
    const { RETENTION_UPLOADS_DAYS, RETENTION_THUMBS_DAYS, RETENTION_REPORTS_DAYS } = this.retention;
    const days = {
      uploads: RETENTION_UPLOADS_DAYS,
      thumbs: RETENTION_THUMBS_DAYS,
      reports: RETENTION_REPORTS_DAYS,
    };
    let [discarded, kept] = [0, 0];
    for (const [kind, ofKind] of Object.entries(days)) {
      const before = new Date(now - ofKind * dayMs);
      const { old, needed } = await this.listOld(kind, before, isNeeded);
      kept += needed;
      for (const key of old) {
        signal.throwIfAborted();
        if (await this.discarded.discard(key, before)) discarded += 1;
      }
    }
    return { discarded, kept };
  }

  private async listOld(
    kind: string,
    before: Date,
    isNeeded: IsNeeded,
  ): Promise<{ readonly old: string[]; readonly needed: number }> {
    const old: string[] = [];
    let needed = 0;
    for await (const { key, modifiedAt } of this.storage.list(`${kind}/`)) {
      if (modifiedAt >= before) continue;
      if (isNeeded(key)) needed += 1;
      else if (old.push(key) >= maxObjects) break;
    }
    return { old, needed };
  }
}

function isUpload(key: string): boolean {
  return key.startsWith('uploads/');
}
