/** The bench can not run as it was asked to; the message says why, and what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
