import { cpus, totalmem } from 'node:os';
import { ratios, type Measured, type Verdict } from './alternate.js';
import type { Figure, Rival, Sample, Target } from './figure.js';
import type { ProcessProfile } from './profile/profiler.js';
import { median } from './statistics.js';

/** A figure and what was found. */
export interface Result {
  readonly figure: string;
  readonly measured: Measured;
  readonly verdicts: readonly Verdict[];
}

/** What the results file holds beside the results: a number means little without it. */
export function describeMachine(): object {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** One figure as lines of text: a row a measure, then its targets. */
export function formatResult({ title }: Figure, { measured, verdicts }: Result): string {
  const measures = [...new Set(measured.platform.flatMap((sample) => Object.keys(sample)))];
  const rivals = (['bare', 'bullmq'] as const).filter((rival) => measured[rival] !== undefined);
  const rows = measures.map((measure) => [
    measure,
    medianOf(measured.platform, measure),
    ...rivals.flatMap((rival) => [
      medianOf(measured[rival]!, measure),
      formatRatio(ratios(measured, rival, measure)),
    ]),
  ]);
  const heads = rivals.flatMap((rival: Rival) => [rival, 'ratio (lowest to highest)']);
  return [
    title,
    ...formatTable([['', 'platform', ...heads], ...rows]),
    ...verdicts.map(
      ({ target, value, met }) =>
        `  ${met ? 'reached' : 'MISSED '} ${describeTarget(target)}: ${formatNumber(value)}`,
    ),
  ].join('\n');
}

/** A sample in one line. */
export function formatSample(sample: Sample): string {
  return Object.entries(sample)
    .map(([measure, value]) => `${formatNumber(value)} ${measure}`)
    .join(', ');
}

/** Where the processes spent their time; modules below one percent are left out. */
export function formatProfiles(profiles: readonly ProcessProfile[]): string {
  return profiles
    .map(({ process, modules }) => {
      const rows = modules
        .filter(({ share }) => share >= 0.01)
        .map(({ module, share, functions }) => [
          module,
          percent(share),
          functions.map((each) => `${each.name || 'anonymous'} ${percent(each.share)}`).join(', '),
        ]);
      return [process, ...formatTable([['module', 'self', 'most of it'], ...rows])].join('\n');
    })
    .join('\n\n');
}

function medianOf(samples: readonly Sample[], measure: string): string {
  const values = samples.flatMap((sample) => sample[measure] ?? []);
  return values.length === 0 ? '' : formatNumber(median(values));
}

function formatRatio(values: readonly number[]): string {
  if (values.length === 0) return '';
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})`;
}

function describeTarget(target: Target): string {
  const bound = 'atLeast' in target ? `at least ${target.atLeast}` : `at most ${target.atMost}`;
  return target.of === 'value' ? `${target.measure} ${bound}` : `${target.measure} ${bound} × ${target.of}`;
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  );
}

function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
