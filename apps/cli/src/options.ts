import { parseDuration } from '@jobstream/contracts';
import { InvalidArgumentError } from 'commander';
import { InputError, parseJsonOrFile } from './json-input.js';

/** A whole number in an option. */
export function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write a whole number.');
  return Number(text);
}

/** A duration in an option, in milliseconds. */
export function readDuration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

const timeForm = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** A time in an option: ISO 8601, with a zone or in UTC; a date alone is its midnight. */
export function readTime(text: string): string {
  // `Date.parse` reads most other texts too, and in the zone of this machine.
  const [, date, time = '00:00', zone = 'Z'] = timeForm.exec(text.trim()) ?? [];
  const at = Date.parse(`${date}T${time}${zone}`);
  if (Number.isNaN(at)) throw new InvalidArgumentError('Write a time like 2026-01-31T06:00:00Z.');
  return new Date(at).toISOString();
}

/** JSON in an option, or in the file that `@path` names. */
export function readJson(text: string): unknown {
  try {
    return parseJsonOrFile(text);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** A time in an option, for a query. */
export function readDate(text: string): Date {
  return new Date(readTime(text));
}

/** A duration in an option that the API reads itself. */
export function readDurationText(text: string): string {
  readDuration(text);
  return text;
}

/** `topic/partition=offset`, once or more. */
export function readOffset(
  text: string,
  before: readonly object[] = [],
): { topic: string; partition: number; offset: number }[] {
  const [, topic, partition, offset] = /^([^/=]+)\/(\d{1,9})=(\d{1,15})$/.exec(text) ?? [];
  if (topic === undefined) throw new InvalidArgumentError('Write topic/partition=offset: jobs.image/0=1200.');
  return [
    ...(before as { topic: string; partition: number; offset: number }[]),
    { topic, partition: Number(partition), offset: Number(offset) },
  ];
}

/** An option that may be given more than once. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
