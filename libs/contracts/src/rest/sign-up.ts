import { z } from 'zod';
import { emailAddressSchema } from './email-address.js';
import { personNameSchema } from './person-name.js';

/** `POST /signup`: has a welcome sent. */
export const signUpSchema = z
  .strictObject({
    email: emailAddressSchema,
    name: personNameSchema.optional().describe('What the mail calls them.'),
  })
  .meta({ id: 'SignUp' });
/** See {@link signUpSchema}. */
export type SignUp = z.infer<typeof signUpSchema>;

/** 201 of `POST /signup`: at once, whatever becomes of the mail, which is the task. */
export const signedUpSchema = z.object({ email: z.string(), task_id: z.uuidv7() }).meta({ id: 'SignedUp' });
/** See {@link signedUpSchema}. */
export type SignedUp = z.infer<typeof signedUpSchema>;
