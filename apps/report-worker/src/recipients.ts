import { z } from 'zod';

/** Where people who are named without a domain get their mail. */
export const recipientSettings = z.object({
  MAIL_DOMAIN: z.hostname('give a domain, e.g. example.com').default('jobstream.invalid'),
});

/** The mail addresses of the people whom reports are for. */
export class Recipients {
  constructor(private readonly domain: string) {}

  /** The user's id where it is an address; else the id at the platform's own mail domain. */
  addressOf(userId: string): string {
    return userId.includes('@') ? userId : `${userId}@${this.domain}`;
  }
}
