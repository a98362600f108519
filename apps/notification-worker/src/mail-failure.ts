import type { NodemailerError } from 'nodemailer';

/**
 * A mail that was not sent. The message names the server's codes only: its words often hold the address, and the error of
 * a job is kept and logged.
 */
export class MailFailure extends Error {
  override readonly name = 'MailFailure';
  readonly code: 'mail_refused' | 'mail_not_sent';

  constructor(
    message: string,
    /** Whether the same mail would be refused again. */
    readonly permanent: boolean,
  ) {
    super(message);
    this.code = permanent ? 'mail_refused' : 'mail_not_sent';
  }
}

/** Codes about the mail itself. All others are about the connection, or about our account on the server. */
const aboutTheMail = ['EENVELOPE', 'EMESSAGE'];

/**
 * Decides whether a mail that nodemailer failed to send is tried again. Permanent is a 5xx answer (RFC 5321, 4.2.1) to the mail, or a mail that can't
 * be offered to this server at all; all else is worth another try, a refused login too: people mend that.
 */
export function describeFailure(error: NodemailerError): MailFailure {
  const { code = 'unknown', originalCode, responseCode } = error;
  const permanent = aboutTheMail.includes(code) && error.permanent !== false;
  if (responseCode !== undefined) {
    const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? '')?.[1];
    const answer = enhanced === undefined ? String(responseCode) : `${responseCode} ${enhanced}`;
    const subject = code === 'EAUTH' ? 'login' : 'mail';
    return new MailFailure(`The mail server answered the ${subject} with ${answer}.`, permanent);
  }
  if (permanent) return new MailFailure('The mail can not be offered to the mail server.', true);
  return new MailFailure(`The mail server could not be reached (${originalCode ?? code}).`, false);
}
