import type { Message } from 'kafkajs';

interface Request {
  v: 1;
  id: string;
  type: string;
  queue: string;
  payload: { note?: string; sleepMs?: number };
}

/** What the platform's event of a job that succeeded holds, made by hand. */
export function readRequest(message: Message): Request {
  return JSON.parse(message.value!.toString()) as Request;
}

export function eventOf(
  { v, id, type, queue, payload }: Request,
  headers: Message['headers'],
  at: string,
): Message {
  const result = { attempt: 1, sleptMs: payload.sleepMs ?? 0, cpuMs: 0, output: '', note: payload.note };
  return {
    key: id,
    value: JSON.stringify({ v, id, type, queue, start: { worker: 'bare', at }, finishedAt: at, result }),
    headers: { ...headers, 'js-phase': 'succeeded' },
  };
}
