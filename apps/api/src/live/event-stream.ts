import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { protectiveHeaders } from '@jobstream/runtime';
import type { StreamEvent } from '@jobstream/status';

const heartbeatMs = 15_000;
/** Pause of a browser before it connects again. */
const reconnectMs = 1_000;

/**
 * Writes events as `text/event-stream` (HTML Living Standard, section 9.2) until they end, at the client's pace. A
 * comment every 15 s shows both sides that the connection lives.
 */
export async function writeEvents(
  response: ServerResponse,
  events: AsyncIterable<StreamEvent>,
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

function textOf(event: StreamEvent): string {
  const id = 'id' in event ? `id: ${event.id}\n` : '';
  return `${id}event: ${event.kind}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
