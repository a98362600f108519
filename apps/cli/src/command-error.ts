import type { ExitCode } from './exit-codes.js';

/** The command ends here; its message is for the person who typed it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    readonly exitCode: ExitCode,
    message: string,
    options: ErrorOptions & {
      /** The code of the problem that the API answered with. */
      readonly code?: string;
    } = {},
  ) {
    super(message, options);
    this.code = options.code;
  }

  readonly code: string | undefined;
}
