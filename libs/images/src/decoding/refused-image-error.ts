/** An image that can never be rendered. The message tells its sender why. */
export class RefusedImageError extends Error {
  override readonly name = 'RefusedImageError';
  readonly retryable = false;

  constructor(
    readonly code: 'image_unreadable' | 'image_too_large',
    message: string,
  ) {
    super(message);
  }
}
