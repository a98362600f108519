import { signal } from '@preact/signals';

/** Answers tell the time in whole seconds: less than that is no difference. */
const toleranceMs = 2_000;
const tickMs = 1_000;

/** How far the server's clock is ahead of this machine's, in milliseconds. */
let aheadMs = 0;

/** Milliseconds since 1970 by the server's clock, to about a second. This machine's clock may be anything. */
export const serverNow = signal(Date.now());

setInterval(() => (serverNow.value = Date.now() + aheadMs), tickMs);

/** Learns the time from the `Date` of an answer. */
export function hearTime(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(told)) return;
  const differenceMs = told - Date.now();
  if (Math.abs(differenceMs - aheadMs) <= toleranceMs) return;
  aheadMs = differenceMs;
  serverNow.value = Date.now() + aheadMs;
}
