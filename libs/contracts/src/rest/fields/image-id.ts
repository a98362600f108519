import { z } from 'zod';

/** The name of an image in storage, chosen at `PUT /images/{image_id}`. */
export const imageIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/,
    'Use 1 to 128 letters, digits, dashes and underscores, beginning with a letter or digit.',
  );
