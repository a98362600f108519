import { request } from 'node:http';

/** One Server-Sent Event (WHATWG HTML, 9.2), its data read as JSON. */
export interface SentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/**
 * Reads a stream until it ends, or until `enough` says so: then the connection is dropped.
 * @param lastEventId what the stream is to go on after
 */
export function readStream(
  url: string,
  lastEventId?: string,
  enough: (events: SentEvent[]) => boolean = () => false,
): Promise<{ status: number; events: SentEvent[] }> {
  return new Promise((resolve, reject) => {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const asked = request(url, { headers, agent: false }, (response) => {
      const events: SentEvent[] = [];
      const end = () => resolve({ status: response.statusCode!, events });
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        events.push(...blocks.flatMap(readEvent));
        if (enough(events)) {
          asked.destroy();
          end();
        }
      });
      response.on('end', end).on('error', () => undefined);
    });
    asked.on('error', reject).end();
  });
}

function readEvent(block: string): SentEvent[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const [id, event, data] = [field('id'), field('event'), field('data')];
  if (event === undefined || data === undefined) return [];
  return [{ ...(id && { id }), event, data: JSON.parse(data) as Record<string, unknown> }];
}
