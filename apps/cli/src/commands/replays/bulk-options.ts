import type { Command } from 'commander';
import type { ReplayWish } from '@jobstream/client';
import { CommandError } from '../../command-error.js';
import { exitCodes } from '../../exit-codes.js';
import { readCount, readJson } from '../../options.js';

/** The command asks before it changes more jobs than this. */
export const maxUnasked = 100;

/** The options of a command that changes many jobs. */
export interface BulkOptions {
  readonly patch?: ReplayWish['patch'];
  readonly rate?: number;
  readonly cap?: number;
  readonly all?: boolean;
  readonly why?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly watch: boolean;
}

/** @param usualRate what is said of the rate that holds without the option */
export function addBulkOptions(command: Command, what: 'replay' | 'action', usualRate: string): Command {
  return command
    .option('--patch <json>', 'JSON Patch (RFC 6902) of each payload, or @file', readJson)
    .option('--rate <n>', `at most this many jobs a second (default: ${usualRate})`, readCount)
    .option('--cap <n>', 'at most this many jobs', readCount)
    .option('--all', 'also jobs that succeeded or were cancelled')
    .option('--why <text>', `the reason; stays with the ${what}`)
    .option('--dry-run', 'count and change nothing')
    .option('-y, --yes', `do not ask (the command asks before more than ${maxUnasked} jobs)`)
    .option('--no-watch', 'do not wait for the end');
}

/** @throws CommandError without a reason, unless it only counts */
export function checkWhy({ dryRun, why }: BulkOptions, what: 'replay' | 'action'): void {
  if (!dryRun && why === undefined)
    throw new CommandError(
      exitCodes.usage,
      `Say why with --why "...": it stays with the ${what}. Or --dry-run.`,
    );
}
