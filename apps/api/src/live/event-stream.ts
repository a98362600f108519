import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { protectiveHeaders } from '@jobstream/runtime';

/** An event to be written. */
export interface WrittenEvent {
  /** Its name. */
  readonly kind: string;
  /** An object that several are told is made a text once. */
  readonly data: unknown;
  /** What a client resumes by. */
  readonly id?: string;
}

const heartbeatMs = 15_000;
/** Pause of a browser before it connects again. */
const reconnectMs = 1_000;

/**
 * Writes events as `text/event-stream` (HTML Living Standard, section 9.2) until they end, at the client's pace. A
 * comment every 15 s shows both sides that the connection lives.
 */
export async function writeEvents(
  response: ServerResponse,
  events: AsyncIterable<WrittenEvent>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, {
    ...protectiveHeaders,
    'content-type': 'text/event-stream; charset=utf-8',
    // Proxies of the nginx kind hold answers back otherwise.
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${reconnectMs}\n\n`);
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs);
  try {
    for await (const event of events) {
      const drained = response.write(textOf(event)) || once(response, 'drain', { signal });
      await drained;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

/** What was told, as JSON. */
const jsonTexts = new WeakMap<object, string>();

function textOf({ id, kind, data }: WrittenEvent): string {
  const line = id === undefined ? '' : `id: ${id}\n`;
  return `${line}event: ${kind}\ndata: ${jsonOf(data)}\n\n`;
}

function jsonOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  const known = jsonTexts.get(data);
  if (known !== undefined) return known;
  const text = JSON.stringify(data);
  jsonTexts.set(data, text);
  return text;
}
