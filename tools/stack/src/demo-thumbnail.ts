import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AcceptedTask, TaskView } from '@jobstream/contracts';
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
 * Uploads a photograph to the API at `url`, has it processed, follows the task and fetches the thumbnail, telling each step.
 *
 * @throws when a step is not answered as the contract says, the task fails or takes over a minute, or the thumbnail is
 * not a picture of 300 by 300.
 */
export async function makeThumbnail(
  url: string,
  photo: Buffer,
  say: (line: string) => void,
): Promise<Thumbnail> {
  // The same bytes under the same id are welcome twice, so the demo can be run again.
  const imageId = `demo-${createHash('sha256').update(photo).digest('hex').slice(0, 12)}`;
  const began = performance.now();
  const tell = (line: string) =>
    say(`${((performance.now() - began) / 1000).toFixed(2).padStart(6)} s  ${line}`);

  tell(`PUT /images/${imageId}  (${photo.length} bytes, JPEG)`);
  await request(`${url}/images/${imageId}`, {
    method: 'PUT',
    body: photo,
    headers: { 'content-type': 'image/jpeg' },
  });

  const accepted = await request(`${url}/images/${imageId}/process`, { method: 'POST' });
  const { task_id: taskId } = (await accepted.json()) as AcceptedTask;
  tell(`POST /images/${imageId}/process  → ${accepted.status}, task ${taskId}`);

  await followTask(url, taskId, tell);

  const answer = await request(`${url}/images/${imageId}/thumbnail`);
  const thumbnail = inspectThumbnail(Buffer.from(await answer.arrayBuffer()));
  tell(`GET /images/${imageId}/thumbnail  → ${answer.status}, ${answer.headers.get('content-type')}`);
  return thumbnail;
}

async function followTask(url: string, taskId: string, tell: (line: string) => void): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (let last = ''; ; await sleep(50)) {
    const { status, result } = (await (await request(`${url}/tasks/${taskId}`)).json()) as TaskView;
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

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const what = `${init.method ?? 'GET'} ${new URL(url).pathname}`;
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${what} got no answer: ${cause instanceof Error ? cause.message : message}`, {
      cause: error,
    });
  }
  if (!response.ok) throw new Error(`${what} answered ${response.status}: ${await response.text()}`);
  return response;
}
