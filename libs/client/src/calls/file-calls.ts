import type { CaughtMails, UploadedImage } from '@jobstream/contracts/rest';
import { get, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** The calls about what the shipped jobs take and make: images, reports, mails. Errors are those of every call. */
export class FileCalls {
  constructor(private readonly caller: HttpCaller) {}

  /**
   * Stores an image of at most 25 MiB under an id of the caller's. The same bytes again change nothing.
   * @throws ProblemError `image_conflict` when the id has other bytes, `unsupported_image`
   */
  uploadImage(id: string, bytes: Uint8Array, { signal }: CallOptions = {}): Promise<UploadedImage> {
    return this.caller.read<UploadedImage>({
      method: 'PUT',
      path: `/images/${encodeURIComponent(id)}`,
      body: bytes,
      headers: { 'content-type': 'application/octet-stream' },
      repeatable: true,
      signal,
    });
  }

  /**
   * The thumbnail that a job has made of an image.
   * @throws ProblemError `thumbnail_not_found` while there is none
   */
  downloadThumbnail(id: string, { signal }: CallOptions = {}): Promise<Uint8Array> {
    return this.caller.readBytes(get(`/images/${encodeURIComponent(id)}/thumbnail`, signal));
  }

  /**
   * The newest mails that were caught instead of delivered.
   * @throws ProblemError `route_not_found` where mails are delivered
   */
  listCaughtMails({ signal }: CallOptions = {}): Promise<CaughtMails> {
    return this.caller.read<CaughtMails>(get('/dev/mail', signal));
  }

  /**
   * The PDF that a report job has made.
   * @throws ProblemError `report_not_ready`, `report_failed`
   */
  downloadReport(jobId: string, { signal }: CallOptions = {}): Promise<Uint8Array> {
    return this.caller.readBytes(get(`/reports/${encodeURIComponent(jobId)}`, signal));
  }
}
