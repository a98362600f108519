import { z } from 'zod';
import { emailAddressSchema } from '../fields/email-address.js';
import { personNameSchema } from '../fields/person-name.js';

/** `POST /signup`: has a welcome sent. */
export const signUpSchema = z
  .strictObject({
    email: emailAddressSchema,
    name: personNameSchema.optional().describe('The name that the mail uses.'),
  })
  .meta({ id: 'SignUp' });
export type SignUp = z.infer<typeof signUpSchema>;

/** 201 of `POST /signup`: at once. The task is the mail, and may still fail. */
export const signedUpSchema = z.object({ email: z.string(), task_id: z.uuidv7() }).meta({ id: 'SignedUp' });
export type SignedUp = z.infer<typeof signedUpSchema>;
