/**
 * The policy of our pages. They may run the scripts of this server, show its styles and talk to it; nothing is fetched from anywhere
 * else, so they work offline. No text can become a script, whoever wrote it.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');
