import { useEffect, useState } from 'preact/hooks';
import type { JobEvent } from '@jobstream/client';
import type { JobLogLine, TransitionView } from '@jobstream/contracts/rest';
import { pause, untilAwake } from '../../server/attention.js';
import { client } from '../../server/connection.js';
import { failureOf, type Failure } from '../../server/failure.js';

/** The life of a job as the log tells it, record by record. */
export interface FollowedLife {
  /** In the order of the job's life; the newest {@link maxTransitions}. */
  readonly transitions: readonly TransitionView[];
  /** How many older ones are left out. */
  readonly leftOut: number;
  /** What the handlers have logged, the newest {@link maxLines}. */
  readonly lines: readonly JobLogLine[];
  /** What the handler reported last; undefined for nothing yet. */
  readonly progress: unknown;
  readonly failure: Failure | undefined;
}

/** Records that are kept of one job. */
export const maxTransitions = 10_000;

/** Lines that are kept of one job. */
const maxLines = 5_000;

const againMs = 2_000;
const nothing: FollowedLife = {
  transitions: [],
  leftOut: 0,
  lines: [],
  progress: undefined,
  failure: undefined,
};

/**
 * Follows a job while the tab is seen. A hidden tab holds no stream.
 * @param runsLater how many runs have begun since the job was seen first: each begins to follow again
 */
export function useFollowedLife(id: string, runsLater: number, onEnd: () => void): FollowedLife {
  const [life, setLife] = useState(nothing);
  useEffect(() => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const follow = async () => {
      for (;;) {
        await untilAwake(signal);
        if (signal.aborted) return;
        try {
          for await (const event of client.follow(id, { signal })) {
            if (event.kind === 'end') onEnd();
            else setLife((last) => withEvent(last, event));
          }
          return;
        } catch (error) {
          if (signal.aborted) return;
          const failure = failureOf(error);
          setLife((last) => ({ ...last, failure }));
          if (failure.code === 'job_not_found' || failure.code === 'invalid_job_id') return;
        }
        await pause(againMs, signal);
      }
    };
    void follow();
    return () => stopping.abort();
  }, [id, runsLater]);
  return life;
}

function withEvent(life: FollowedLife, event: Exclude<JobEvent, { readonly kind: 'end' }>): FollowedLife {
  switch (event.kind) {
    case 'transition':
      return withTransition(life, event.transition);
    case 'progress':
      return { ...life, progress: event.progress };
    case 'logs':
      return { ...life, lines: withLines(life.lines, event.lines) };
  }
}

/** A stream that begins anew tells what was told before: each line counts once. */
function withLines(known: readonly JobLogLine[], told: readonly JobLogLine[]): readonly JobLogLine[] {
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...told.filter(({ id }) => !ids.has(id))].slice(-maxLines);
}

/** A stream that begins anew tells what was told before: each record counts once. */
function withTransition(life: FollowedLife, transition: TransitionView): FollowedLife {
  const { topic, partition, offset } = transition;
  const isSame = (other: TransitionView) =>
    other.topic === topic && other.partition === partition && other.offset === offset;
  const others = life.transitions.filter((other) => !isSame(other));
  const all = [...others, transition].sort(byLife);
  const tooMany = Math.max(all.length - maxTransitions, 0);
  return {
    ...life,
    transitions: all.slice(tooMany),
    leftOut: life.leftOut + tooMany,
    failure: undefined,
  };
}

function byLife(a: TransitionView, b: TransitionView): number {
  return a.run - b.run || Date.parse(a.time) - Date.parse(b.time) || a.attempt - b.attempt;
}
