/** What all errors of this library are. `code` is stable; trying again can help exactly where `retryable` is true. */
export abstract class DownloadError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * The URL may not be fetched. One message whatever the reason, so that nobody learns from it what a name resolves to
 * or what listens inside.
 */
export class UrlRefusedError extends DownloadError {
  readonly code = 'url_refused';
  readonly retryable = false;
  constructor() {
    super(
      'This URL may not be fetched. Use http or https, port 80 or 443, a host on the public internet, and no user name or password.',
    );
  }
}

/** The server could not be reached, did not answer in time, or answered with something else than the file. */
export class DownloadFailedError extends DownloadError {
  readonly code = 'download_failed';
  constructor(
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** There are more bytes, once decoded, than a download may have. */
export class DownloadTooLargeError extends DownloadError {
  readonly code = 'download_too_large';
  readonly retryable = false;
  constructor(maxBytes: number) {
    super(`The file has more than the ${maxBytes} bytes that are allowed.`);
  }
}
