import { noticeableSkewMs } from '@jobstream/runtime';
import { advice, ok, type Finding } from './finding.js';

/**
 * This machine's clock beside another one.
 * @param whose `Postgres'`, `Kafka's`
 * @param theirs what it says, in milliseconds since 1970
 * @param now what this machine's says at the same time
 */
export function judgeClock(whose: string, theirs: number, now: number): Finding {
  const ahead = Math.round(theirs - now);
  const ms = Math.abs(ahead);
  if (ms <= noticeableSkewMs) return ok('clock', `within ${Math.max(1, ms)} ms of ${whose}`);
  return advice(
    'clock',
    `${whose} is ${ms} ms ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
    'run a time service (chrony, systemd-timesyncd) on both',
  );
}
