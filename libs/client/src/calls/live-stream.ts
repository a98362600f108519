import type { LiveEvent } from '@jobstream/contracts/rest';
import { get } from '../connection/call-options.js';
import { openEvents } from '../connection/event-connection.js';
import { pause, type HttpCaller } from '../connection/http-caller.js';

/** Pause after a dropped connection. */
const reconnectMs = 500;
const kinds: readonly string[] = ['past', 'frame', 'trouble'] satisfies LiveEvent['kind'][];

/**
 * What is told of all queues, once a second, without an end. A dropped connection is opened again, and tells the past anew.
 * @throws ProblemError, NoAnswerError when it can not be opened; the reason of `signal` when it aborts
 */
export async function* watchQueues(
  caller: HttpCaller,
  signal?: AbortSignal,
): AsyncGenerator<LiveEvent, void> {
  for (;;) {
    const { events } = await openEvents(caller, get('/v1/live', signal));
    for await (const { event, data } of events)
      if (kinds.includes(event)) yield { kind: event, data: JSON.parse(data) as unknown } as LiveEvent;
    await pause(reconnectMs, signal);
  }
}
