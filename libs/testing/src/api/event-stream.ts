import { readEvents } from '@jobstream/client';

/** One Server-Sent Event of a job, its data read as JSON. */
export interface SentEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/**
 * Reads a stream until it ends, or until `enough` says so: then the connection is dropped.
 * @param lastEventId the last event seen; the stream resumes after it
 */
export async function readStream(
  url: string,
  lastEventId?: string,
  enough: (events: SentEvent[]) => boolean = () => false,
): Promise<{ status: number; events: SentEvent[] }> {
  const dropped = new AbortController();
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const { status, body } = await fetch(url, { headers, signal: dropped.signal });
  const events: SentEvent[] = [];
  if (!body) return { status, events };
  const text = body.pipeThrough(new TextDecoderStream()) as unknown as AsyncIterable<string>;
  for await (const { id, event, data } of readEvents(text)) {
    events.push({ ...(id && { id }), event, data: JSON.parse(data) as Record<string, unknown> });
    if (enough(events)) break;
  }
  dropped.abort();
  return { status, events };
}
