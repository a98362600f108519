import { useCallback, useEffect, useState } from 'preact/hooks';
import { pause, untilAwake } from './attention.js';
import { failureOf, type Failure } from './failure.js';

/** Something that is read again and again. What was read last stays when a reading fails. */
export interface Polled<Data> {
  readonly data: Data | undefined;
  /** When `data` was read, by `performance.now()`. */
  readonly readAt: number;
  /** Why the newest reading failed; undefined when it did not. */
  readonly failure: Failure | undefined;
  /** Reads at once. */
  refresh(this: void): void;
}

export interface PollOptions<Data> {
  /** What is read: another key reads anew and forgets what was read. */
  readonly key: string;
  /**
   * Milliseconds between the end of a reading and the next one, or what decides them from what was read: the same function each time.
   * Infinity: no other after one that succeeds.
   */
  readonly everyMs: number | ((data: Data) => number);
}

interface Reading<Data> extends Omit<Polled<Data>, 'refresh'> {
  readonly of: string;
}

/** Pause after a reading that failed. */
const againMs = 2_000;

/** Reads while the tab is seen and the session holds. */
export function usePolled<Data>(
  read: (signal: AbortSignal) => Promise<Data>,
  { key, everyMs }: PollOptions<Data>,
): Polled<Data> {
  const nothing: Reading<Data> = { of: key, data: undefined, readAt: 0, failure: undefined };
  const [reading, setReading] = useState(nothing);
  const [asked, setAsked] = useState(0);
  const refresh = useCallback(() => setAsked((count) => count + 1), []);
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const readOnce = async (): Promise<number> => {
      try {
        const data = await read(signal);
        if (!signal.aborted) setReading({ of: key, data, readAt: performance.now(), failure: undefined });
        return typeof everyMs === 'number' ? everyMs : everyMs(data);
      } catch (error) {
        const failure = failureOf(error);
        if (!signal.aborted) setReading((last) => ({ ...(last.of === key ? last : nothing), failure }));
        return againMs;
      }
    };
    const readOn = async () => {
      for (let dueMs = 0; dueMs !== Infinity && !signal.aborted;) {
        await pause(dueMs, signal);
        await untilAwake(signal);
        if (!signal.aborted) dueMs = await readOnce();
      }
    };
    void readOn();
    return () => stopping.abort();
  }, [key, everyMs, asked]);
  return { ...(reading.of === key ? reading : nothing), refresh };
}
