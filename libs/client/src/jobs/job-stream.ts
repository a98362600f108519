import type { JobLogLine, JobView, TransitionView } from '@jobstream/contracts/rest';
import { get } from '../connection/call-options.js';
import { openEvents } from '../connection/event-connection.js';
import { pause, type HttpCaller } from '../connection/http-caller.js';

/** An event of a job that is followed. `end` is the last one. */
export type JobEvent =
  | { readonly kind: 'transition'; readonly transition: TransitionView }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'logs'; readonly lines: readonly JobLogLine[] }
  | { readonly kind: 'end'; readonly job: JobView };

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
    const { status, events } = await openEvents(caller, {
      ...get(`${path}/stream`, signal),
      headers: lastId === undefined ? {} : { 'last-event-id': lastId },
    });
    if (status === 204) {
      // Everything was seen but the end.
      yield { kind: 'end', job: await caller.read<JobView>(get(path, signal)) };
      return;
    }
    for await (const { id, event, data } of events) {
      lastId = id ?? lastId;
      const told = eventOf(event, data);
      if (told) yield told;
      if (told?.kind === 'end') return;
    }
    await pause(reconnectMs, signal);
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
