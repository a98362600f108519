import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemReplies } from './problem-reply.js';

/** Whatever is thrown on the way to or in a controller is answered as a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly replies: ProblemReplies) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.replies.send(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}
