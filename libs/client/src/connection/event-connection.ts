import { readEvents, type ServerSentEvent } from './event-stream.js';
import type { Call, HttpCaller } from './http-caller.js';

/** The server sends at least a comment every 15 s: after this time without a byte the connection is lost. */
const silenceMs = 45_000;

/** One connection to a stream. */
export interface EventConnection {
  readonly status: number;
  /** Its events until it is lost or ends. It does not throw when it is lost. */
  readonly events: AsyncGenerator<ServerSentEvent, void>;
}

/**
 * Opens a stream of events.
 * @throws ProblemError, NoAnswerError when it can not be opened; the reason of the call's `signal` when it aborts, also from `events`
 */
export async function openEvents(caller: HttpCaller, call: Call): Promise<EventConnection> {
  const silence = new AbortController();
  const signal = call.signal ? AbortSignal.any([call.signal, silence.signal]) : silence.signal;
  const response = await caller.open({ ...call, signal });
  return { status: response.status, events: eventsOf(response, silence, call.signal) };
}

async function* eventsOf(
  response: Response,
  silence: AbortController,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerSentEvent, void> {
  const watch = new SilenceWatch(silence);
  try {
    yield* readEvents(textOf(response, watch));
  } catch {
    signal?.throwIfAborted();
  } finally {
    watch.end();
    silence.abort();
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
