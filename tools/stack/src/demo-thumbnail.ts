import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** The API that a demo drives. */
export interface DemoApi {
  readonly url: string;
  /** Goes as a bearer token with every request; undefined where the platform requires none. */
  readonly apiKey?: string | undefined;
}

/**
 * Uploads a photograph to the API, has it processed, follows the task and fetches the thumbnail, telling each step.
 *
 * @throws when a step is not answered as the contract says, the task fails or takes over a minute, or the thumbnail is
 * not a picture of 300 by 300.
 */
export async function makeThumbnail(
  api: DemoApi,
  photo: Buffer,
  say: (line: string) => void,
): Promise<Thumbnail> {
  // The same bytes under the same id are welcome twice, so the demo can be run again.
  const imageId = `demo-${createHash('sha256').update(photo).digest('hex').slice(0, 12)}`;
  const began = performance.now();
  const tell = (line: string) =>
    say(`${((performance.now() - began) / 1000).toFixed(2).padStart(6)} s  ${line}`);

  tell(`PUT /images/${imageId}  (${photo.length} bytes, JPEG)`);
  await request(api, `/images/${imageId}`, {
    method: 'PUT',
    body: photo,
    headers: { 'content-type': 'image/jpeg' },
  });

  const accepted = await request(api, `/images/${imageId}/process`, { method: 'POST' });
  const { task_id: taskId } = (await accepted.json()) as AcceptedTask;
  tell(`POST /images/${imageId}/process  → ${accepted.status}, task ${taskId}`);

  await followTask(api, taskId, tell);

  const answer = await request(api, `/images/${imageId}/thumbnail`);
  const thumbnail = inspectThumbnail(Buffer.from(await answer.arrayBuffer()));
  tell(`GET /images/${imageId}/thumbnail  → ${answer.status}, ${answer.headers.get('content-type')}`);
  return thumbnail;
}

async function followTask(api: DemoApi, taskId: string, tell: (line: string) => void): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (let last = ''; ; await sleep(50)) {
    const { status, result } = (await (await request(api, `/tasks/${taskId}`)).json()) as TaskView;
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

async function request({ url, apiKey }: DemoApi, path: string, init: RequestInit = {}): Promise<Response> {
  const what = `${init.method ?? 'GET'} ${path}`;
  const headers = new Headers(init.headers);
  if (apiKey !== undefined) headers.set('authorization', `Bearer ${apiKey}`);
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(30_000) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${what} got no answer: ${cause instanceof Error ? cause.message : message}`, {
      cause: error,
    });
  }
  if (!response.ok) {
    const hint = response.status === 401 ? ` ${keyHint(apiKey)}` : '';
    throw new Error(`${what} answered ${response.status}: ${await response.text()}${hint}`);
  }
  return response;
}

function keyHint(apiKey: string | undefined): string {
  const wrong = apiKey === undefined ? 'The platform requires a key.' : 'The platform knows no such key.';
  return `${wrong} Set JOBSTREAM_API_KEY to one with the scopes submit and read; npm run api-key makes one.`;
}
