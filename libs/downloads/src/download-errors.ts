/** The base of all errors of this library. `code` is stable. A retry can help if `retryable` is true. */
export abstract class DownloadError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * The URL may not be fetched. The message is the same for every reason, so that it reveals neither the addresses of a name nor
 * the services of an inner network.
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

/** The server could not be reached, did not answer in time, or did not answer with the file. */
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

/** The download has more bytes, once decoded, than allowed. */
export class DownloadTooLargeError extends DownloadError {
  readonly code = 'download_too_large';
  readonly retryable = false;
  constructor(maxBytes: number) {
    super(`The file has more than the ${maxBytes} bytes that are allowed.`);
  }
}
