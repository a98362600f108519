import { useEffect, useState } from 'preact/hooks';
import type { LiveFrame } from '@jobstream/contracts/rest';
import { pause, untilAwake, whileAwake } from './attention.js';
import { client } from './connection.js';
import { failureOf, type Failure } from './failure.js';
import { noteFrame, notePast } from './queue-samples.js';

/** All queues as they were seen last. */
export interface Live {
  /** Undefined until the first frame. */
  readonly data: LiveFrame | undefined;
  /** When it came, by `performance.now()`. */
  readonly readAt: number;
  /** Why no newer one comes. */
  readonly failure: Failure | undefined;
}

const againMs = 2_000;

/** Watches all queues by one stream while the tab is seen. A hidden tab holds none. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ data: undefined, readAt: 0, failure: undefined });
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const watch = async () => {
      while (!signal.aborted) {
        await untilAwake(signal);
        await whileAwake(signal, (seen) => show(seen, setLive)).catch((error: unknown) => {
          setLive((last) => ({ ...last, failure: failureOf(error) }));
        });
        await pause(againMs, signal);
      }
    };
    void watch();
    return () => stopping.abort();
  }, []);
  return live;
}

async function show(signal: AbortSignal, setLive: (change: (last: Live) => Live) => void): Promise<void> {
  for await (const event of client.queues.watch({ signal })) {
    const readAt = performance.now();
    switch (event.kind) {
      case 'past':
        notePast(event.data, readAt);
        break;
      case 'frame':
        noteFrame(event.data, readAt);
        setLive(() => ({ data: event.data, readAt, failure: undefined }));
        break;
      case 'trouble': {
        const { code, detail } = event.data;
        setLive((last) => ({ ...last, failure: { code, text: detail, faults: [] } }));
      }
    }
  }
}
