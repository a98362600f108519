import { spawnSync } from 'node:child_process';

/** The output of a program. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is given beside its arguments. */
export interface ProgramInput {
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input. Default: empty. */
  readonly input?: string;
}

/**
 * Runs a program to its end.
 * @throws Error with all its output when it fails
 */
export function runProgram(
  command: string,
  args: readonly string[],
  { env = process.env, input = '' }: ProgramInput = {},
): Said {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env, input });
  if (status === 0) return { stdout, stderr };
  throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
}
