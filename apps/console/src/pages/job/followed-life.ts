import { useEffect, useState } from 'preact/hooks';
import type { JobEvent } from '@jobstream/client';
import { pause, untilAwake, whileAwake } from '../../server/attention.js';
import { client } from '../../server/connection.js';
import { failureOf, type Failure } from '../../server/failure.js';
import { untold, withEvents, withLines, type Life } from './life.js';

/** The life of a job, and why no more of it comes. */
export interface FollowedLife extends Life {
  readonly failure: Failure | undefined;
}

/** Events that come within this time are shown at once: a job may have thousands. */
const gatherMs = 50;
/** When to look for lines that came after the end: nothing waits for a line. */
const lateLinesMs = [500, 1_500, 4_000];
const againMs = 2_000;

/**
 * Follows a job while the tab is seen. A hidden tab holds no stream.
 * @param runsLater how many runs have begun since the job was seen first: each begins to follow again
 */
export function useFollowedLife(id: string, runsLater: number, onEnd: () => void): FollowedLife {
  const [life, setLife] = useState<FollowedLife>({ ...untold, failure: undefined });
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    let gathered: JobEvent[] = [];
    const show = () => {
      const events = gathered;
      gathered = [];
      if (!signal.aborted) setLife((last) => ({ ...withEvents(last, events), failure: undefined }));
    };
    const gather = (event: JobEvent) => {
      if (gathered.length === 0) setTimeout(show, gatherMs);
      gathered.push(event);
      if (event.kind === 'end') onEnd();
    };
    let lastLine: string | undefined;
    const follow = async (seen: AbortSignal) => {
      for await (const event of client.follow(id, { signal: seen })) {
        gather(event);
        if (event.kind === 'logs') lastLine = event.lines.at(-1)?.id ?? lastLine;
      }
      for (const waitMs of lateLinesMs) {
        await pause(waitMs, seen);
        const { items } = await client.readLogPage(id, { after: lastLine, signal: seen });
        lastLine = items.at(-1)?.id ?? lastLine;
        setLife((last) => ({ ...last, ...withLines(last, items) }));
      }
    };
    const followOn = async () => {
      while (!signal.aborted) {
        await untilAwake(signal);
        try {
          if (await whileAwake(signal, follow)) return;
        } catch (error) {
          const failure = failureOf(error);
          if (!signal.aborted) setLife((last) => ({ ...last, failure }));
          if (failure.code === 'job_not_found' || failure.code === 'invalid_job_id') return;
        }
        await pause(againMs, signal);
      }
    };
    void followOn();
    return () => stopping.abort();
  }, [id, runsLater]);
  return life;
}
