import type { OnApplicationShutdown } from '@nestjs/common';
import type { PayloadOf } from '@jobstream/contracts';
import { emailAddressSchema } from '@jobstream/contracts/rest';
import type { notificationEmail } from '@jobstream/jobs';
import { createTransport, type NodemailerError } from 'nodemailer';
import { z } from 'zod';
import { describeFailure } from './mail-failure.js';
import { composeMail } from './templates/compose-mail.js';

/** How mails leave. */
export const mailSettings = z.object({
  /** `smtp://user:password@host:port`, or `smtps://`. */
  SMTP_URL: z.url({
    protocol: /^smtps?$/,
    error: 'give smtp://host:port, or smtps://user:password@host:port',
  }),
  /** The sender's address; its domain is also the one of the message ids. */
  MAIL_FROM: emailAddressSchema.default('no-reply@jobstream.invalid'),
  /** Where people reach the API: what links in mails begin with. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'give http://host:port, or https://host' })
    .default('http://127.0.0.1:3000'),
});

/** Identifies a mail: the same in all attempts of a run. */
export interface MailIdentity {
  /** The job's. */
  readonly id: string;
  readonly run: number;
}

/** The connections of one process to the mail server: up to five, which are kept while mails are sent. */
export class Mailer implements OnApplicationShutdown {
  private readonly transport;

  constructor(private readonly settings: z.output<typeof mailSettings>) {
    this.transport = createTransport({
      url: settings.SMTP_URL,
      pool: true,
      // Trying again is the job's business: its delays are longer, and it is counted.
      maxRequeues: 0,
      idleTimeout: 30_000,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /**
   * Hands the mail to the server.
   * @returns the `Message-ID`
   * @throws MailFailure; the reason of `signal` when it aborts
   */
  async send(
    mail: PayloadOf<typeof notificationEmail>,
    identity: MailIdentity,
    signal: AbortSignal,
  ): Promise<string> {
    const { MAIL_FROM, PUBLIC_URL } = this.settings;
    const messageId = messageIdOf(identity, MAIL_FROM);
    const { subject, text, html } = composeMail(mail, PUBLIC_URL);
    const to = { name: '', address: mail.to };
    const from = { name: 'Jobstream', address: MAIL_FROM };
    try {
      await this.transport.sendMail({ from, to, subject, text, html, messageId, signal });
      return messageId;
    } catch (error) {
      signal.throwIfAborted();
      throw describeFailure(error as NodemailerError);
    }
  }

  onApplicationShutdown(): void {
    this.transport.close();
  }
}

/** A stable `Message-ID` (RFC 5322, 3.6.4). */
function messageIdOf({ id, run }: MailIdentity, from: string): string {
  return `<${id}.${run}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}
