import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The output of a program. */
export interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is given beside its arguments. */
export interface ProgramInput {
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: that of this process. */
  readonly cwd?: string;
  /** Standard input. Default: empty. */
  readonly input?: string;
}

/**
 * Runs a program to its end.
 * @throws Error with all its output when it fails
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { input = '', ...options }: ProgramInput = {},
): Promise<Said> {
  const running = execute(command, args, { ...options, maxBuffer: 16 * 1_024 * 1_024 });
  running.child.stdin!.end(input);
  try {
    return await running;
  } catch (error) {
    const { stdout, stderr } = error as Said;
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
  }
}
