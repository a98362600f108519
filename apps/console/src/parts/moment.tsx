import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { writeSpan } from '../numbers/span.js';
import { shownAt } from '../place/past.js';
import { serverNow } from '../server/server-clock.js';

const storedAs = 'jobstream-times';

/** Whether times are shown in UTC instead of the time zone of this machine. */
export const isUtc = signal(localStorage.getItem(storedAs) === 'utc');

/** Shows times in UTC, or in the time zone of this machine; kept in this browser. */
export function showUtc(utc: boolean): void {
  isUtc.value = utc;
  localStorage.setItem(storedAs, utc ? 'utc' : 'local');
}

/** A time in the zone that is chosen; to the millisecond where `precise`. The other zone is in its title. */
export function Moment({ at, precise = false }: { readonly at: string; readonly precise?: boolean }): VNode {
  return (
    <time dateTime={at} title={isUtc.value ? `${localTextOf(at, precise)} local` : at}>
      {isUtc.value ? utcTextOf(at, precise) : localTextOf(at, precise)}
    </time>
  );
}

/** How long ago a time was, by the server's clock, or in the past by the time that is shown; of one to come, in how long. */
export function Age({ at }: { readonly at: string }): VNode {
  const ms = (shownAt.value?.getTime() ?? serverNow.value) - Date.parse(at);
  const text = ms >= 0 ? `${writeSpan(Math.floor(ms / 1_000) * 1_000)} ago` : `in ${writeSpan(-ms)}`;
  return (
    <time dateTime={at} title={isUtc.value ? at : localTextOf(at, true)}>
      {Math.abs(ms) < 1_000 ? 'now' : text}
    </time>
  );
}

function utcTextOf(at: string, precise: boolean): string {
  return `${at.slice(0, 10)} ${at.slice(11, precise ? 23 : 19)} UTC`;
}

function localTextOf(at: string, precise: boolean): string {
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}${precise ? `.${String(time.getMilliseconds()).padStart(3, '0')}` : ''}`;
}
