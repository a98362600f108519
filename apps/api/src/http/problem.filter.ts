import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemReplies } from './problem-reply.js';

/** Answers every error on the way to a controller, or in it, with a problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly replies: ProblemReplies) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.replies.send(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}
