import type { JobView, TransitionView } from '@jobstream/contracts/rest';
import { readEvents } from './event-stream.js';
import { pause, type HttpCaller } from './http-caller.js';

/** What is told of a job that is followed. Nothing comes after `end`. */
export type JobEvent =
  | { readonly kind: 'transition'; readonly transition: TransitionView }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'end'; readonly job: JobView };

/** The server shows that it lives every 15 s: one that is silent for so long is gone. */
const silenceMs = 45_000;
/** After a connection has dropped. */
const reconnectMs = 500;

/**
 * The events of a job to its end, each transition once. A connection that drops is made again, behind the last event seen.
 * @throws ProblemError, NoAnswerError when no connection can be made; the reason of `signal` when it aborts
 */
export async function* followJob(
  caller: HttpCaller,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<JobEvent, void> {
  let lastId: string | undefined;
  for (;;) {
    const silence = new AbortController();
    const response = await caller.open({
      method: 'GET',
      path: `${path}/stream`,
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
      repeatable: true,
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
    if (response.status === 204) {
      // Everything was seen but the end.
      const job = await caller.read<JobView>({
        method: 'GET',
        path,
        repeatable: true,
        ...(signal && { signal }),
      });
      yield { kind: 'end', job };
      return;
    }
    const timer = setTimeout(() => silence.abort(), silenceMs);
    try {
      for await (const { id, event, data } of readEvents(textOf(response, timer))) {
        lastId = id ?? lastId;
        const told = eventOf(event, data);
        if (told) yield told;
        if (told?.kind === 'end') return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SyntaxError) throw error;
    } finally {
      clearTimeout(timer);
      silence.abort();
    }
    await pause(reconnectMs, signal);
  }
}

async function* textOf(response: Response, timer: NodeJS.Timeout): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    timer.refresh();
    yield decoder.decode(chunk, { stream: true });
  }
}

/** Undefined for an event of a later version. */
function eventOf(event: string, data: string): JobEvent | undefined {
  switch (event) {
    case 'transition':
      return { kind: 'transition', transition: JSON.parse(data) as TransitionView };
    case 'progress':
      return { kind: 'progress', progress: JSON.parse(data) as unknown };
    case 'end':
      return { kind: 'end', job: JSON.parse(data) as JobView };
    default:
      return undefined;
  }
}
