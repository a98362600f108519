/** How the command ends: documented in `--help` and docs/replay.md. */
export const exitCodes = {
  /** Done, or there was nothing to do. */
  ok: 0,
  /** It failed, or only a part was done. */
  failure: 1,
  /** The command line or what it asks for makes no sense. */
  usage: 2,
  notFound: 3,
  /** The API key is missing, unknown or not allowed to. */
  auth: 4,
  /** It contradicts how things stand, e.g. the job is unfinished. */
  conflict: 5,
  /** Ctrl-C. */
  interrupted: 130,
  /** Whoever read the output has gone, as by `| head`. */
  outputClosed: 141,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code of an HTTP status that is no success. */
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
