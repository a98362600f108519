import type { JobLogLine, JobView, TransitionView } from '@jobstream/contracts/rest';
import { get } from './call-options.js';
import { readEvents } from './event-stream.js';
import { pause, type HttpCaller } from './http-caller.js';

/** An event of a job that is followed. `end` is the last one. */
export type JobEvent =
  | { readonly kind: 'transition'; readonly transition: TransitionView }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'logs'; readonly lines: readonly JobLogLine[] }
  | { readonly kind: 'end'; readonly job: JobView };

/** The server sends at least a comment every 15 s: after this time without a byte the connection is lost. */
const silenceMs = 45_000;
/** Pause after a dropped connection. */
const reconnectMs = 500;

/**
 * The events of a job to its end, each transition once. A dropped connection is opened again after the last event seen.
 * @throws ProblemError, NoAnswerError when it can not be opened; the reason of `signal` when it aborts
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
      ...get(`${path}/stream`, signal ? AbortSignal.any([signal, silence.signal]) : silence.signal),
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
    });
    if (response.status === 204) {
      // Everything was seen but the end.
      yield { kind: 'end', job: await caller.read<JobView>(get(path, signal)) };
      return;
    }
    const watch = new SilenceWatch(silence);
    try {
      for await (const { id, event, data } of readEvents(textOf(response, watch))) {
        lastId = id ?? lastId;
        const told = eventOf(event, data);
        if (told) yield told;
        if (told?.kind === 'end') return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SyntaxError) throw error;
    } finally {
      watch.end();
      silence.abort();
    }
    await pause(reconnectMs, signal);
  }
}

/** Aborts a request once nothing has come for it for {@link silenceMs}. */
class SilenceWatch {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly silence: AbortController) {
    this.hear();
  }

  hear(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.silence.abort(), silenceMs);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

/** Not every browser can iterate over a body. */
async function* textOf(response: Response, watch: SilenceWatch): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watch.hear();
    yield decoder.decode(value, { stream: true });
  }
}

/** Undefined for an event that a newer server sends and this version does not know. */
function eventOf(event: string, data: string): JobEvent | undefined {
  switch (event) {
    case 'transition':
      return { kind: 'transition', transition: JSON.parse(data) as TransitionView };
    case 'progress':
      return { kind: 'progress', progress: JSON.parse(data) as unknown };
    case 'logs':
      return { kind: 'logs', lines: JSON.parse(data) as JobLogLine[] };
    case 'end':
      return { kind: 'end', job: JSON.parse(data) as JobView };
    default:
      return undefined;
  }
}
