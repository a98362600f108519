import { z } from 'zod';

/** An image's name in storage: what `PUT /images/{image_id}` takes. */
export const imageIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
    'Use 1 to 128 letters, digits, dashes and underscores, beginning with a letter or digit.',
  );
