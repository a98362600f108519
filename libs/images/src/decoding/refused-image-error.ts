/** An image can't be rendered, now or ever; the message says why, in words for whoever sent it. */
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
