import { Controller, Req, Res } from '@nestjs/common';
import type { CaughtMails as CaughtMailList } from '@jobstream/contracts/rest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { CaughtMails } from './caught-mails.js';
import { mailPolicy, writeMailPage } from './mail-page.js';

/** Only there while mails are caught: a page for browsers, JSON for everyone else. */
@Controller()
export class MailController {
  constructor(private readonly mails: CaughtMails) {}

  @Route('GET /dev/mail')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const items = await this.mails.list();
    reply.header('vary', 'accept');
    if (request.headers.accept?.includes('text/html')) {
      reply.headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': mailPolicy,
      });
      await reply.send(writeMailPage(items));
    } else {
      const list: CaughtMailList = { items };
      await reply.send(list);
    }
  }
}
