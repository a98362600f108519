import type { Replay, Skipped } from '../rows/replay.js';

/** How far a replay or an action is, and how fast. */
export interface Pace<Share> {
  readonly progress: Share | number;
  readonly throughput: number | null;
  readonly eta: string | null;
}

/** @param share how much of it is done, 0 to 1; null where that is not known */
export function paceOf<Share extends number | null>(
  { state, startedAt, finishedAt, readAt, replayed }: Replay,
  share: Share,
): Pace<Share> {
  const progress = state === 'finished' ? 1 : share;
  const elapsedMs =
    startedAt === null ? 0 : Math.max((finishedAt ?? readAt).getTime() - startedAt.getTime(), 1);
  const isGoing = state === 'running' && elapsedMs > 0 && progress !== null && progress > 0 && progress < 1;
  return {
    progress: progress === null ? progress : Math.floor(progress * 10_000) / 10_000,
    throughput: elapsedMs === 0 ? null : Math.round((replayed / elapsedMs) * 10_000) / 10,
    eta: isGoing ? new Date(readAt.getTime() + elapsedMs / progress - elapsedMs).toISOString() : null,
  };
}

/** How much is done of all; 0 where there is nothing to do. */
export function shareOf(done: number, all: number): number {
  return all === 0 ? 0 : Math.min(done / all, 1);
}

/** Skipped runs, whatever the reason. */
export function countSkipped(skipped: Skipped): number {
  return Object.values(skipped).reduce((sum, count) => sum + count, 0);
}
