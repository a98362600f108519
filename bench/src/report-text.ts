import { ratios, type Side } from './alternate.js';
import type { Sample, Target } from './figure.js';
import type { ProcessProfile } from './profile/profiler.js';
import { measuresOf, sidesOf, valuesOf, type Report, type Result } from './report.js';
import { median } from './statistics.js';

/** One figure as lines of text: a row a measure, then its targets. */
export function formatResult(result: Result): string {
  return [
    result.title,
    ...formatTable(tableOf(result)),
    ...result.verdicts.map(({ target, value, met }) => `  ${formatVerdict(target, value, met)}`),
    ...result.failures.map(({ side, message }) => `  FAILED  ${side}: ${firstLine(message)}`),
  ].join('\n');
}

/** A whole report as Markdown: who was measured, then each figure. */
export function formatMarkdown(report: Report): string {
  const { at, commit, machine, rounds, sides, command } = report;
  const who = Object.entries(sides).map(([side, { versions, durability, setup }]) => [
    side,
    versions.join(', '),
    durability,
    setup,
  ]);
  const figures = report.results.flatMap((result) => [
    `## ${result.figure}`,
    `${sentence(result.title)}`,
    ...(sidesOf(result).length > 0 ? [markdownTable(tableOf(result))] : []),
    ...list(result.verdicts.map(({ target, value, met }) => formatVerdict(target, value, met))),
    ...list(result.failures.map(({ side, message }) => `FAILED ${side}: ${firstLine(message)}`)),
  ]);
  return `${[
    `Measured at ${at} on ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}, commit ${commit}. ` +
      `Broker, database, services and load share the machine. Medians of ${rounds} rounds in turns; brackets hold the lowest and the highest value. ` +
      'A ratio is ours by theirs, the median of neighbours.',
    `\`\`\`\n${command}\n\`\`\``,
    markdownTable([['side', 'versions', 'what is kept, and how far', 'how it is run'], ...who]),
    ...figures,
  ].join('\n\n')}\n`;
}

/** A sample in one line, without the parts of single processes. */
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

/** Three digits that matter. */
export function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 4;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

function tableOf(result: Result): string[][] {
  const sides = sidesOf(result);
  const heads = sides.flatMap((side) => (side === 'platform' ? [side] : [side, 'ratio']));
  const rows = measuresOf(result).map((measure) => [
    measure,
    ...sides.flatMap((side) => [
      formatSpread(valuesOf(result, side, measure), formatNumber),
      ...(side === 'platform' ? [] : [formatRatio(result, side, measure)]),
    ]),
  ]);
  return [['', ...heads], ...rows];
}

function formatRatio({ measured }: Result, rival: Exclude<Side, 'platform'>, measure: string): string {
  return formatSpread(ratios(measured, rival, measure), (value) => value.toFixed(2));
}

function formatSpread(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0) return '';
  if (values.length === 1) return format(values[0]!);
  return `${format(median(values))} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
}

function formatVerdict(target: Target, value: number, met: boolean): string {
  return `${met ? 'reached' : 'MISSED '} ${describeTarget(target)}: ${formatNumber(value)}`;
}

/** A target in words, e.g. `jobs/s at least 1.5 × bullmq`. */
export function describeTarget(target: Target): string {
  const bound =
    'atLeast' in target
      ? `at least ${formatNumber(target.atLeast)}`
      : `at most ${formatNumber(target.atMost)}`;
  return target.of === 'value' ? `${target.measure} ${bound}` : `${target.measure} ${bound} × ${target.of}`;
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd(),
  );
}

function markdownTable([heads, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads!), line(heads!.map(() => '---')), ...rows.map(line)].join('\n');
}

function list(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [lines.map((line) => `- ${line}`).join('\n')];
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
const firstLine = (text: string): string => text.split('\n')[0]!;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
