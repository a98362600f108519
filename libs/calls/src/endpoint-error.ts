import type { CallError } from './call-ending.js';

/** The server did not take a call, and may take it later: the attempt failed, and another one follows by the ladder. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly code: string;

  /** @param retryAtLeastMs the next attempt starts no earlier, because the server asked for it */
  constructor(
    { code, message }: CallError,
    readonly retryAtLeastMs?: number,
  ) {
    super(message);
    this.code = code;
  }
}
