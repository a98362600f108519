const own = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/**
 * The policy of pages whose scripts are not ours. They may run the scripts of this server, show its styles and talk to it. Nothing
 * is fetched from anywhere else, so they work offline.
 */
export const pagePolicy = own.join('; ');

/** {@link pagePolicy}, and no text can become a script, whoever wrote it. */
export const strictPagePolicy = [...own, "require-trusted-types-for 'script'"].join('; ');
