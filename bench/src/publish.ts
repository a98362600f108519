import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { drawReport } from './picture/draw-report.js';
import type { Report } from './report.js';
import { formatMarkdown } from './report-text.js';
import { UsageError } from './usage-error.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = `${root}docs/measured.md`;
const picture = `${root}docs/pictures/bench.svg`;

/** Writes a report beside its results: `<name>.json`, `<name>.md` and `<name>.svg`. @param path without an ending */
export function writeReport(path: string, report: Report): void {
  writeFileSync(`${path}.json`, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(`${path}.md`, formatMarkdown(report));
  writeFileSync(`${path}.svg`, drawReport(report));
}

/** Reads what {@link writeReport} wrote. @throws UsageError when it is no such file */
export function readReport(file: string): Report {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report>;
    if (!Array.isArray(report.results) || report.sides === undefined) throw new Error('It holds no results.');
    return report as Report;
  } catch (error) {
    throw new UsageError(
      `--draw takes a results file of this version of the bench, and ${file} is none: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** Writes a report into the docs. @returns the files */
export async function publish(report: Report): Promise<string[]> {
  writeFileSync(picture, drawReport(report));
  const head =
    '# Measured\n\nOne run of the bench, whose command stands below; [performance](performance.md) says what is measured, and what bounds it. ' +
    'This page is written by `npm run bench -- --publish`.\n\n![Bars of each figure, for the platform, its bare limits and its peers](pictures/bench.svg)\n\n';
  writeFileSync(page, `${head}${formatMarkdown(report)}`);
  await promisify(execFile)(`${root}node_modules/.bin/prettier`, ['--write', page]);
  return [page, picture];
}
