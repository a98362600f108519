import { formatDelay } from '@jobstream/contracts';
import { CronTimes } from './zoned-cron.js';

/** When a schedule fires: by a cron expression on the clock of a time zone, or in equal steps. */
export type Timing =
  /** Five fields, or six with the seconds first; an IANA zone. */
  | { readonly kind: 'cron'; readonly cron: string; readonly timeZone: string }
  /** In milliseconds, whole seconds. Steps count from 1970, so they do not depend on when the schedule was made. */
  | { readonly kind: 'every'; readonly everyMs: number };

/** A fault of a {@link Timing}: the part, and the reason. */
export interface TimingFault {
  readonly part: 'cron' | 'timeZone' | 'every';
  /** For people. For a cron expression it names the field. */
  readonly detail: string;
}

const minStepMs = 1_000;
const maxStepMs = 366 * 86_400_000;

const maxCronLength = 256;

/** The faults of a timing; empty when it is valid. */
export function faultsOfTiming(timing: Timing): TimingFault[] {
  if (timing.kind === 'every') return faultsOfStep(timing.everyMs);
  const faults = [...faultsOfCron(timing.cron), ...faultsOfZone(timing.timeZone)];
  if (faults.length > 0 || new CronTimes(timing.cron).after(0) !== undefined) return faults;
  return [{ part: 'cron', detail: `"${timing.cron}" names a date that no year has: it would never fire.` }];
}

function faultsOfStep(everyMs: number): TimingFault[] {
  if (everyMs % 1_000 === 0 && everyMs >= minStepMs && everyMs <= maxStepMs) return [];
  const range = `${formatDelay(minStepMs)} to ${maxStepMs / 86_400_000}d`;
  return [{ part: 'every', detail: `${formatDelay(everyMs)} is no step: it takes whole seconds, ${range}.` }];
}

function faultsOfZone(timeZone: string): TimingFault[] {
  if (isZone(timeZone)) return [];
  const detail = `"${timeZone.slice(0, 64)}" is no time zone known here: it takes an IANA name, e.g. UTC or Europe/Berlin.`;
  return [{ part: 'timeZone', detail }];
}

/** Takes names only: an offset such as +02:00 would not follow the clock of any place. */
function isZone(timeZone: string): boolean {
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

interface CronField {
  readonly name: string;
  readonly takes: string;
}

const fields: readonly CronField[] = [
  { name: 'second', takes: '0 to 59' },
  { name: 'minute', takes: '0 to 59' },
  { name: 'hour', takes: '0 to 23' },
  { name: 'day of month', takes: '1 to 31, L for the last day, 15W for the weekday nearest to the 15th' },
  { name: 'month', takes: '1 to 12 or JAN to DEC' },
  {
    name: 'day of week',
    takes: '0 to 7 (0 and 7 are Sunday) or SUN to SAT, MON#2 for the second Monday, FRIL for the last Friday',
  },
];

function faultsOfCron(cron: string): TimingFault[] {
  if (cron.length > maxCronLength)
    return [{ part: 'cron', detail: `A cron expression has at most ${maxCronLength} characters.` }];
  if (whyRefused(cron) === undefined) return [];
  const parts = cron.match(/\S+/g) ?? [];
  if (parts.length !== 5 && parts.length !== 6)
    return [{ part: 'cron', detail: describeShape(cron, parts.length) }];
  const named = parts.length === 6 ? fields : fields.slice(1);
  const faults = parts.flatMap((part, index) => faultOfField(part, named[index]!, index + 6 - parts.length));
  return faults.length > 0 ? faults : [{ part: 'cron', detail: `"${cron}": ${whyRefused(cron) ?? ''}.` }];
}

function describeShape(cron: string, count: number): string {
  return (
    `"${cron}" has ${count} fields. It takes five, minute, hour, day of month, month and day of week, ` +
    'or six with the seconds first.'
  );
}

/** Tries the field alone: all others are `*`. */
function faultOfField(part: string, { name, takes }: CronField, position: number): TimingFault[] {
  const alone = fields.map((_, index) => (index === position ? part : '*')).join(' ');
  const why = whyRefused(alone);
  if (why === undefined) return [];
  return [
    {
      part: 'cron',
      detail: `The field ${name} can't be "${part}": ${why}. It takes ${takes}; also * , - and /.`,
    },
  ];
}

/** Why croner refuses the expression, in a few words; undefined when it takes it. */
function whyRefused(cron: string): string | undefined {
  try {
    new CronTimes(cron);
    return undefined;
  } catch (error) {
    // Its range errors count from 0 where people count from 1.
    if (error instanceof RangeError) return 'a value is out of range';
    const message = (error as Error).message.replace(/^CronPattern: (Syntax error, )?/, '');
    if (message.includes('illegal characters')) return 'it has characters that mean nothing here';
    if (message.includes('is empty')) return 'a value is missing';
    if (message.includes('(NaN)') || message.includes('not a number')) return 'a part of it is no number';
    return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
  }
}
