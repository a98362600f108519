import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RestConnection, type ConnectionOptions, type RestRequest } from '@jobstream/client';
import type { AcceptedTask, TaskView } from '@jobstream/contracts/rest';
import { imageSize } from 'image-size';

/** A file that was proven to be the picture it should be. */
export interface Thumbnail {
  bytes: Buffer;
  width: number;
  height: number;
  extension: string;
}

const SIDE = 300;
const LIMIT_MS = 60_000;

/**
 * Uploads a photograph to the API, has it processed, follows the task and fetches the thumbnail, telling each step.
 *
 * @throws when a step is not answered as the contract says, the task fails or takes over a minute, or the thumbnail is
 * not a picture of 300 by 300.
 */
export async function makeThumbnail(
  { url, apiKey }: ConnectionOptions,
  photo: Buffer,
  say: (line: string) => void,
): Promise<Thumbnail> {
  const api = new DemoApi({ url, apiKey });
  // The API takes the same bytes under the same id again, so the demo can be run again.
  const imageId = `demo-${createHash('sha256').update(photo).digest('hex').slice(0, 12)}`;
  const began = performance.now();
  const tell = (line: string) =>
    say(`${((performance.now() - began) / 1000).toFixed(2).padStart(6)} s  ${line}`);

  tell(`PUT /images/${imageId}  (${photo.length} bytes, JPEG)`);
  await api.request({
    method: 'PUT',
    path: `/images/${imageId}`,
    body: photo,
    headers: { 'content-type': 'image/jpeg' },
  });

  const accepted = await api.request({ method: 'POST', path: `/images/${imageId}/process` });
  const { task_id: taskId } = (await accepted.json()) as AcceptedTask;
  tell(`POST /images/${imageId}/process  → ${accepted.status}, task ${taskId}`);

  await followTask(api, taskId, tell);

  const answer = await api.request({ path: `/images/${imageId}/thumbnail` });
  const thumbnail = inspectThumbnail(Buffer.from(await answer.arrayBuffer()));
  tell(`GET /images/${imageId}/thumbnail  → ${answer.status}, ${answer.headers.get('content-type')}`);
  return thumbnail;
}

async function followTask(api: DemoApi, taskId: string, tell: (line: string) => void): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (let last = ''; ; await sleep(50)) {
    const { status, result } = (await (await api.request({ path: `/tasks/${taskId}` })).json()) as TaskView;
    if (status !== last) tell(`GET /tasks/${taskId}  → ${status}`);
    last = status;
    if (status === 'SUCCESS') return;
    if (status === 'FAILURE' || status === 'REVOKED') {
      throw new Error(`the task ended as ${status}: ${JSON.stringify(result)}`);
    }
    if (performance.now() > deadline)
      throw new Error(`the task is still ${status} after ${LIMIT_MS / 1000} s`);
  }
}

/** Reads the header of a picture. Throws when it is none, or not 300 by 300. */
export function inspectThumbnail(bytes: Buffer): Thumbnail {
  const { width, height, type } = imageSize(bytes);
  if (width !== SIDE || height !== SIDE)
    throw new Error(`the thumbnail is ${width}x${height}, not ${SIDE}x${SIDE}`);
  return { bytes, width, height, extension: type ?? 'image' };
}

/** The API, where every answer but a success is an error that tells what to do. */
class DemoApi {
  private readonly connection: RestConnection;

  constructor(private readonly options: ConnectionOptions) {
    this.connection = new RestConnection(options);
  }

  async request(request: RestRequest): Promise<Response> {
    const what = `${request.method ?? 'GET'} ${request.path}`;
    let response: Response;
    try {
      response = await this.connection.send({ ...request, signal: AbortSignal.timeout(30_000) });
    } catch (error) {
      const { cause, message } = error as Error;
      throw new Error(`${what} got no answer: ${cause instanceof Error ? cause.message : message}`, {
        cause: error,
      });
    }
    if (response.ok) return response;
    const hint = response.status === 401 ? ` ${keyHint(this.options.apiKey)}` : '';
    throw new Error(`${what} answered ${response.status}: ${await response.text()}${hint}`);
  }
}

function keyHint(apiKey: string | undefined): string {
  const wrong = apiKey === undefined ? 'The platform requires a key.' : 'The platform knows no such key.';
  return `${wrong} Set JOBSTREAM_API_KEY to one with the scopes submit and read; npm run api-key makes one.`;
}
