import {
  type HandlerOf,
  type JobContext,
  NonRetryableError,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { notificationEmail } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { Mailer } from './mailer.js';
import { MailFailure } from './mail-failure.js';

type Email = typeof notificationEmail;

/** Sends one mail. */
@JobHandler(notificationEmail)
export class EmailHandler implements HandlerOf<Email> {
  constructor(private readonly mailer: Mailer) {}

  async handle(payload: PayloadOf<Email>, context: JobContext<Email>): Promise<ResultOf<Email>> {
    try {
      return { messageId: await this.mailer.send(payload, context, context.signal) };
    } catch (error) {
      if (error instanceof MailFailure && error.permanent) {
        throw new NonRetryableError(error.message, { code: error.code });
      }
      throw error;
    }
  }
}
