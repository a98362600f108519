/** A text is not the URL of a platform. The message says what to write instead. */
export class BaseUrlError extends Error {
  readonly code = 'bad_url';
  override readonly name = 'BaseUrlError';
}

/**
 * Reads where the REST interface is: an origin, and the path below which a proxy serves it, if any.
 * @returns what `/v1/…` is appended to: `https://host/prefix`, without a slash at its end
 * @throws BaseUrlError
 */
export function readBaseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new BaseUrlError(
      `"${text}" is no URL of a platform: write http://host:port or https://host/prefix.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new BaseUrlError(
      'The URL of a platform holds no user name or password: set JOBSTREAM_API_KEY instead.',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new BaseUrlError(`"${text}" ends with a query or a fragment: write the URL without it.`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
