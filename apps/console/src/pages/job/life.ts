import type { JobEvent } from '@jobstream/client';
import type { JobLogLine, TransitionView } from '@jobstream/contracts/rest';

/** The life of a job as its stream has told it so far. */
export interface Life {
  /** In the order of the job's life; the newest {@link maxTransitions}. */
  readonly transitions: readonly TransitionView[];
  /** How many older ones are left out. */
  readonly leftOut: number;
  /** What the handlers have logged, the newest {@link maxLines}. */
  readonly lines: readonly JobLogLine[];
  /** What the handler reported last; undefined for nothing yet. */
  readonly progress: unknown;
}

/** Records that are kept of one job. */
export const maxTransitions = 10_000;
/** Lines that are kept of one job. */
export const maxLines = 5_000;

/** What is known before anything was told. */
export const untold: Life = { transitions: [], leftOut: 0, lines: [], progress: undefined };

/** The life with what these events tell. A stream that begins anew tells all of it again: each record and line counts once. */
export function withEvents(life: Life, events: readonly JobEvent[]): Life {
  const told = events.flatMap((event) => (event.kind === 'transition' ? [event.transition] : []));
  const lines = events.flatMap((event) => (event.kind === 'logs' ? event.lines : []));
  const progress = events.findLast((event) => event.kind === 'progress')?.progress ?? life.progress;
  return withLines({ ...withTransitions(life, told), progress }, lines);
}

/** The life with these lines. */
export function withLines(life: Life, told: readonly JobLogLine[]): Life {
  if (told.length === 0) return life;
  const byId = new Map([...life.lines, ...told].map((line) => [line.id, line]));
  return { ...life, lines: [...byId.values()].slice(-maxLines) };
}

function withTransitions(life: Life, told: readonly TransitionView[]): Life {
  if (told.length === 0) return life;
  const byPlace = new Map([...life.transitions, ...told].map((each) => [placeOf(each), each]));
  const all = [...byPlace.values()].sort(byLife);
  const tooMany = Math.max(all.length - maxTransitions, 0);
  return { ...life, transitions: all.slice(tooMany), leftOut: life.leftOut + tooMany };
}

function placeOf({ topic, partition, offset }: TransitionView): string {
  return `${topic}/${partition}/${offset}`;
}

function byLife(a: TransitionView, b: TransitionView): number {
  return a.run - b.run || Date.parse(a.time) - Date.parse(b.time) || a.attempt - b.attempt;
}
