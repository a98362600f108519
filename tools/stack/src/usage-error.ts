/** Arguments or settings make no sense; the message says which one and what would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
