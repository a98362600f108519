import { Option, type Command } from 'commander';
import type { ListOrdersOptions } from '@jobstream/client';
import { replayStates } from '@jobstream/contracts/rest';
import { readCount } from '../options.js';

/** Options of a list that is read page by page. */
export interface PagedOptions {
  readonly limit: number;
  readonly cursor?: string;
}

/** The option of {@link inState}. */
export type StateOption = Pick<ListOrdersOptions, 'state'>;

/** Gives a list of replays or actions the option that asks for those in a state. */
export function inState(command: Command): Command {
  const option = new Option('--state <state>', 'in this state; open: not ended');
  return command.addOption(option.choices([...replayStates, 'open']));
}

/** Gives a command the options of a list that is read page by page. */
export function paged(command: Command): Command {
  return command
    .option('--limit <n>', 'items at most', readCount, 50)
    .option('--cursor <cursor>', 'the next page: the cursor that the page before ends with');
}
