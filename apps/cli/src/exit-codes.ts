/** How the command ends: documented in `--help` and docs/cli.md. */
export const exitCodes = {
  /** Done, or there was nothing to do. */
  ok: 0,
  /** The command failed, or did only a part. */
  failure: 1,
  /** The command line is wrong, or the API refuses its values. */
  usage: 2,
  notFound: 3,
  /** The API key is missing, unknown or without the scope. */
  auth: 4,
  /** The command contradicts the present state, e.g. the job is unfinished. */
  conflict: 5,
  /** Ctrl-C. */
  interrupted: 130,
  /** The reader of the output has closed it, as `| head` does. */
  outputClosed: 141,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code for the HTTP status of an error. */
export function exitCodeOf(status: number): ExitCode {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return exitCodes.usage;
    case 401:
    case 403:
      return exitCodes.auth;
    case 404:
      return exitCodes.notFound;
    case 409:
      return exitCodes.conflict;
    default:
      return exitCodes.failure;
  }
}
