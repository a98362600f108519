import { writeMail, type MailContent } from './mail-content.js';

/** To someone who signed up. */
export function welcome({ name }: { readonly name?: string | undefined }): MailContent {
  return writeMail('Welcome to Jobstream', [
    name === undefined ? 'Hello,' : `Hello ${name},`,
    'your account is ready. From now on your images, reports and whatever else takes a while is done in the background, and you can watch it at any time.',
    'If you did not sign up, you need not do anything.',
  ]);
}
