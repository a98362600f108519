import type { Command } from 'commander';
import { readCount } from '../options.js';

/** Options of a list that is read page by page. */
export interface PagedOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** Gives a command the options of a list that is read page by page. */
export function paged(command: Command): Command {
  return command
    .option('--limit <n>', 'items at most', readCount, 50)
    .option('--cursor <cursor>', 'the next page: the cursor that the page before ends with');
}
